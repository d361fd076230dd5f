# Completions of grex for bash. `source <(grex --completions bash)` in ~/.bashrc, or this text as
# ~/.local/share/bash-completion/completions/grex where bash-completion is installed.
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
        files) compopt -o default 2>/dev/null ;;
        directories) compopt -o dirnames 2>/dev/null ;;
        program*)
            if [[ $kind == *" now" ]]; then
                while IFS= read -r line; do
                    COMPREPLY+=("$line")
                done < <(compgen -c -- "$2")
            fi
            compopt -o default 2>/dev/null
            ;;
    esac
}
complete -F _grex grex
