# Completions of grex for bash. `source <(grex --completions bash)` in ~/.bashrc, or this text as
# ~/.local/share/bash-completion/completions/grex where bash-completion is installed.
_grex_compgen() {
    local line
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(compgen "$1" -- "$2")
}
_grex() {
    local kind= line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ -z $kind ]]; then
            kind=$line
        else
            COMPREPLY+=("$line")
        fi
    done < <(command grex --complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    case $kind in
        open) compopt -o nospace 2>/dev/null ;;
        # The bash of macOS has no compopt: names are not quoted there.
        files) compopt -o default 2>/dev/null || _grex_compgen -f "$2" ;;
        directories) compopt -o dirnames 2>/dev/null || _grex_compgen -d "$2" ;;
        program*)
            if [[ $kind == *" now" ]]; then
                _grex_compgen -c "$2"
            fi
            compopt -o default 2>/dev/null || _grex_compgen -f "$2"
            ;;
    esac
}
complete -F _grex grex
