# fish completion for ssl: the program itself says which words can follow (`ssl __complete words`)
function __ssl_complete
    set -l typed (commandline -opc) (commandline -ct)
    set -l lines (ssl __complete words $typed[2..-1] 2>/dev/null)
    set -l word (string replace -r '^--[a-z-]+=' '' -- (commandline -ct))
    printf '%s\n' $lines[2..-1]
    switch "$lines[1]"
        case '*files*'
            __fish_complete_path "$word"
        case '*recipes*'
            __fish_complete_suffix .yaml
        case '*folders*'
            __fish_complete_directories "$word"
    end
end

complete -c ssl -f -a '(__ssl_complete)'
