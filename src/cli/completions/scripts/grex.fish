# Completions of grex for fish. `grex --completions fish | source` in ~/.config/fish/config.fish, or
# this text as ~/.config/fish/completions/grex.fish.
function __grex_complete
    set -l typed (commandline -opc)
    set -e typed[1]
    set -l current (commandline -ct)
    set -l answer (command grex --complete fish $typed ".$current" 2>/dev/null)
    set -l kind (string split ' ' -- "$answer[1]")
    set -e answer[1]
    switch "$kind[1]"
        case files directories
            set -l before (string match -r -- '^--[^=]*=' "$current")
            set -l rest (string replace -r -- '^--[^=]*=' '' "$current")
            set -l found
            if test $kind[1] = files
                set found (__fish_complete_path $rest)
            else
                set found (__fish_complete_directories $rest '')
            end
            for each in $found
                echo -- "$before"$each
            end
        case program
            set -l first (math $kind[2] + 1)
            set -l words
            if test $first -le (count $typed)
                set words (string escape -- $typed[$first..-1])
            end
            complete -C (string join ' ' -- $words "$current")
        case '*'
            string join \n -- $answer
    end
end
complete -c grex -f -k -a '(__grex_complete)'
