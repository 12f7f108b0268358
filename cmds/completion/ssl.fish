# fish completion for ssl
function __ssl_column
    ssl $argv --format tsv 2>/dev/null | tail -n +2 | cut -f 1
end

set -l commands init data run resume eval log show sql checkpoint methods help version

complete -c ssl -n "not __fish_seen_subcommand_from $commands" -f
complete -c ssl -n __fish_use_subcommand -a init -d 'make a store here'
complete -c ssl -n __fish_use_subcommand -a data -d 'datasets: add, list, check'
complete -c ssl -n __fish_use_subcommand -a run -d 'train one encoder by a recipe, and record it'
complete -c ssl -n __fish_use_subcommand -a resume -d 'go on with a run'
complete -c ssl -n __fish_use_subcommand -a eval -d 'evaluate an encoder'
complete -c ssl -n __fish_use_subcommand -a log -d 'list runs'
complete -c ssl -n __fish_use_subcommand -a show -d 'everything about one run'
complete -c ssl -n __fish_use_subcommand -a sql -d 'query the store'
complete -c ssl -n __fish_use_subcommand -a checkpoint -d 'list checkpoints, or export an encoder'
complete -c ssl -n __fish_use_subcommand -a methods -d 'list the methods'
complete -c ssl -n __fish_use_subcommand -a help -d 'explain a command, method or key'
complete -c ssl -n __fish_use_subcommand -a version -d 'the version'

complete -c ssl -s C -d 'work as if started there' -x -a '(__fish_complete_directories)'
complete -c ssl -s q -l quiet -d 'only errors and data'
complete -c ssl -s v -l verbose -d 'say more'
complete -c ssl -s n -l dry-run -d 'check and say, change nothing'
complete -c ssl -s f -l force -d 'overwrite, or go on without asking'
complete -c ssl -s o -l output -r -d 'write data to a file'
complete -c ssl -l format -x -a 'table csv tsv json jsonl md latex html' -d 'of the data'
complete -c ssl -l json -d 'as --format json'
complete -c ssl -l no-pager -d 'never start a pager'
complete -c ssl -l color -x -a 'auto always never' -d 'when'
complete -c ssl -s h -d 'short usage'
complete -c ssl -l help -d 'the manual page'

complete -c ssl -n '__fish_seen_subcommand_from run' -s m -l method -x -a '(__ssl_column methods)' -d 'the method'
complete -c ssl -n '__fish_seen_subcommand_from run' -s d -l data -x -a '(__ssl_column data ls)' -d 'the dataset'
complete -c ssl -n '__fish_seen_subcommand_from run' -l set -x -a '(__ssl_column help keys)=' -d 'a hyperparameter'
complete -c ssl -n '__fish_seen_subcommand_from run' -l seed -x -d 'the seed'
complete -c ssl -n '__fish_seen_subcommand_from run' -l name -x -d 'a name'
complete -c ssl -n '__fish_seen_subcommand_from run' -l tag -x -d 'a tag'
complete -c ssl -n '__fish_seen_subcommand_from run resume eval' -s j -l threads -x -d 'threads'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l protocol -x -a knn -d 'protocol'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l split -x -a 'val test' -d 'of the data'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l k -x -d 'neighbours'
complete -c ssl -n '__fish_seen_subcommand_from eval' -s T -l temperature -x -d 'of the votes'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l untrained -d 'the initial weights'
complete -c ssl -n '__fish_seen_subcommand_from log' -s w -l where -x -d 'condition'
complete -c ssl -n '__fish_seen_subcommand_from log' -s s -l sort -x -d 'order'
complete -c ssl -n '__fish_seen_subcommand_from log' -s l -l limit -x -d 'how many'
complete -c ssl -n '__fish_seen_subcommand_from log' -l columns -x -d 'columns'
complete -c ssl -n '__fish_seen_subcommand_from log' -l tag -x -d 'a tag'
complete -c ssl -n '__fish_seen_subcommand_from data' -l size -x -d 'scale images to N x N'
complete -c ssl -n '__fish_seen_subcommand_from data' -l shapes -d 'make the built-in dataset'
complete -c ssl -n '__fish_seen_subcommand_from data' -l seed -x -d 'its seed'
complete -c ssl -n '__fish_seen_subcommand_from data' -l train -x -d 'images to train on'
complete -c ssl -n '__fish_seen_subcommand_from data' -l test -x -d 'images to test on'
complete -c ssl -n '__fish_seen_subcommand_from sql' -l time-limit -x -d 'stop after this long'
complete -c ssl -n '__fish_seen_subcommand_from checkpoint' -l whole -d 'heads and buffers too'

complete -c ssl -n '__fish_seen_subcommand_from data' -f -a 'add ls show rm verify'
complete -c ssl -n '__fish_seen_subcommand_from checkpoint' -f -a 'ls export'
complete -c ssl -n '__fish_seen_subcommand_from resume eval show checkpoint' -f -a '@ (__ssl_column log -l 50 --columns name)'
complete -c ssl -n '__fish_seen_subcommand_from help' -f -a "$commands keys recipe (__ssl_column methods)"
