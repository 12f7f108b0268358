# fish completion for ssl
function __ssl_column
    ssl $argv --format tsv 2>/dev/null | tail -n +2 | cut -f 1
end

# The values that a key can have, where these are words.
function __ssl_values
    if test "$argv[1]" = data.set
        __ssl_column data ls
        return
    end
    ssl help $argv[1] --format tsv 2>/dev/null | awk -F '\t' -v key=$argv[1] '
        $1 != key { next }
        $2 ~ /^(bool|enum|list)$/ { gsub(/\|/, "\n", $3); print $3 }
        $3 ~ /, [a-z]+$/ { sub(/.*, /, "", $3); print $3 }'
end

# KEY=VALUE, and in a grid KEY=VALUE,VALUE
function __ssl_settings
    set -l word (string replace -r '^--[a-z]+=' '' -- (commandline -ct))
    if not string match -q '*=*' -- $word
        string replace -r '$' = -- (__ssl_column help keys)
        return
    end
    set -l key (string replace -r '=.*' '' -- $word)
    set -l before (string replace -r '[^=,]*$' '' -- $word)
    string replace -r '^' "$before" -- (__ssl_values $key)
end

# Words behind the last comma.
function __ssl_list
    set -l word (string replace -r '^--[a-z]+=' '' -- (commandline -ct))
    string replace -r '^' (string replace -r '[^,]*$' '' -- "$word")'' -- $argv
end

# A metric is found without its test. or val., too.
function __ssl_metrics
    set -l names (__ssl_column sql 'SELECT name FROM metric_name ORDER BY name')
    printf '%s\n' $names
    string replace -rf '^(test|val)\.' '' -- $names
end

function __ssl_run_columns
    __ssl_column sql "SELECT name FROM pragma_table_info('v_run')"
end

function __ssl_sorts
    for name in (__ssl_metrics) (__ssl_run_columns)
        printf '%s\n' $name
        printf '%s\n' -$name
    end
end

set -l commands init data run resume eval sweep worker verify log show diff compare best metrics plot report sql schema tag note rename rm export import checkpoint features gc fsck backup config methods completion help version doctor

complete -c ssl -n "not __fish_seen_subcommand_from $commands" -f
complete -c ssl -n __fish_use_subcommand -a init -d 'make a store here'
complete -c ssl -n __fish_use_subcommand -a data -d 'datasets: add, list, check'
complete -c ssl -n __fish_use_subcommand -a run -d 'train one encoder by a recipe, and record it'
complete -c ssl -n __fish_use_subcommand -a resume -d 'go on with a run'
complete -c ssl -n __fish_use_subcommand -a eval -d 'evaluate an encoder'
complete -c ssl -n __fish_use_subcommand -a sweep -d 'run a grid of recipes and seeds'
complete -c ssl -n __fish_use_subcommand -a worker -d 'work on the cells of a sweep'
complete -c ssl -n __fish_use_subcommand -a verify -d 'run again and compare bit for bit'
complete -c ssl -n __fish_use_subcommand -a log -d 'list runs'
complete -c ssl -n __fish_use_subcommand -a show -d 'everything about one run'
complete -c ssl -n __fish_use_subcommand -a diff -d 'in what two runs differ'
complete -c ssl -n __fish_use_subcommand -a compare -d 'compare groups of runs'
complete -c ssl -n __fish_use_subcommand -a best -d 'the best runs by a metric'
complete -c ssl -n __fish_use_subcommand -a metrics -d 'the series of a run'
complete -c ssl -n __fish_use_subcommand -a plot -d 'draw runs: curves, bars, heatmaps, spectra'
complete -c ssl -n __fish_use_subcommand -a report -d 'one file that says what runs showed'
complete -c ssl -n __fish_use_subcommand -a sql -d 'query the store'
complete -c ssl -n __fish_use_subcommand -a schema -d 'tables and views, explained'
complete -c ssl -n __fish_use_subcommand -a tag -d 'mark runs with words'
complete -c ssl -n __fish_use_subcommand -a note -d 'write something down about a run'
complete -c ssl -n __fish_use_subcommand -a rename -d 'give a run another name'
complete -c ssl -n __fish_use_subcommand -a rm -d 'remove runs'
complete -c ssl -n __fish_use_subcommand -a export -d 'runs and sweeps as one file, for another store'
complete -c ssl -n __fish_use_subcommand -a import -d 'take in what ssl export wrote'
complete -c ssl -n __fish_use_subcommand -a checkpoint -d 'list checkpoints, or export an encoder'
complete -c ssl -n __fish_use_subcommand -a features -d 'export features, labels and images of a split'
complete -c ssl -n __fish_use_subcommand -a gc -d 'remove files that nothing names'
complete -c ssl -n __fish_use_subcommand -a fsck -d 'check the store'
complete -c ssl -n __fish_use_subcommand -a backup -d 'copy the store'
complete -c ssl -n __fish_use_subcommand -a config -d 'settings of a store, or of a user'
complete -c ssl -n __fish_use_subcommand -a methods -d 'list the methods'
complete -c ssl -n __fish_use_subcommand -a completion -d 'print the completion script of a shell'
complete -c ssl -n __fish_use_subcommand -a help -d 'explain a command, method or key'
complete -c ssl -n __fish_use_subcommand -a version -d 'the version'
complete -c ssl -n __fish_use_subcommand -a doctor -d 'look at the machine'

complete -c ssl -s C -d 'use the store found from there' -x -a '(__fish_complete_directories)'
complete -c ssl -s q -l quiet -d 'only errors and data'
complete -c ssl -s v -l verbose -d 'say more'
complete -c ssl -s n -l dry-run -d 'check and say, change nothing'
complete -c ssl -s f -l force -d 'overwrite, or go on without asking'
complete -c ssl -s o -l output -r -d 'write data to a file'
complete -c ssl -l format -x -a 'table csv tsv json jsonl md latex html' -d 'of the data'
complete -c ssl -l json -d 'as --format json'
complete -c ssl -l csv -d 'as --format csv'
complete -c ssl -l no-pager -d 'never start a pager'
complete -c ssl -l color -x -a 'auto always never' -d 'when'
complete -c ssl -s h -d 'short usage'
complete -c ssl -l help -d 'the manual page'

complete -c ssl -n '__fish_seen_subcommand_from run' -s m -l method -x -a '(__ssl_column methods)' -d 'the method'
complete -c ssl -n '__fish_seen_subcommand_from run' -s d -l data -x -a '(__ssl_column data ls)' -d 'the dataset'
complete -c ssl -n '__fish_seen_subcommand_from run resume' -l set -x -a '(__ssl_settings)' -d 'a hyperparameter'
complete -c ssl -n '__fish_seen_subcommand_from run' -l like -x -d 'the recipe of a run' -a '@ (__ssl_column log -l 50 --columns name)'
complete -c ssl -n '__fish_seen_subcommand_from run' -l seed -x -d 'the seed'
complete -c ssl -n '__fish_seen_subcommand_from run' -l name -x -d 'a name'
complete -c ssl -n '__fish_seen_subcommand_from run' -l tag -x -a '(__ssl_column tag)' -d 'a tag'
complete -c ssl -n '__fish_seen_subcommand_from run resume eval' -s j -l threads -x -d 'threads'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l protocol -x -a '(__ssl_list (__ssl_values eval.protocol))' -d 'protocols'
complete -c ssl -n '__fish_seen_subcommand_from run resume eval verify' -s j -l threads -x -d 'threads'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l split -x -a 'val test' -d 'of the data'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l labels -x -d 'share that is kept'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l seed -x -d 'of what is drawn'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l set -x -a '(__ssl_settings)' -d 'an eval.* setting'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l k -x -d 'neighbours'
complete -c ssl -n '__fish_seen_subcommand_from eval' -s T -l temperature -x -d 'of the votes'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l untrained -d 'the initial weights'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l per-class -d 'accuracy of each class'
complete -c ssl -n '__fish_seen_subcommand_from eval' -l confusion -d 'confusion matrix'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -s m -l method -x -a '(__ssl_column methods)' -d 'the method'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -s d -l data -x -a '(__ssl_column data ls)' -d 'the dataset'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l set -x -a '(__ssl_settings)' -d 'a hyperparameter'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l grid -x -a '(__ssl_settings)' -d 'an axis'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l zip -x -a '(__ssl_settings)' -d 'an axis in step'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l seeds -x -d 'replicates'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l name -x -d 'a name'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -s j -l workers -x -d 'processes'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l reuse -d 'take runs that are done'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l metric -x -d 'show: of which metric'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l pruned -d 'retry pruned cells'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l collapsed -d 'retry cells that collapsed'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l watch -d 'until it is finished'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l restore -d 'rm: out of the trash'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -l list -d 'rm: what is in the trash'
complete -c ssl -n '__fish_seen_subcommand_from worker' -s j -l threads -x -d 'threads'
complete -c ssl -n '__fish_seen_subcommand_from log' -s w -l where -x -d 'condition'
complete -c ssl -n '__fish_seen_subcommand_from log' -s s -l sort -x -a '(__ssl_sorts)' -d 'order'
complete -c ssl -n '__fish_seen_subcommand_from log' -s l -l limit -x -d 'how many'
complete -c ssl -n '__fish_seen_subcommand_from log' -l columns -x -a '(__ssl_list (__ssl_run_columns) (__ssl_metrics))' -d 'columns'
complete -c ssl -n '__fish_seen_subcommand_from log' -l tag -x -a '(__ssl_column tag)' -d 'a tag'
complete -c ssl -n '__fish_seen_subcommand_from log' -l sweep -x -a '(__ssl_column sweep ls)' -d 'runs of a sweep'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l sweep -x -a '(__ssl_column sweep ls)' -d 'runs of a sweep'
complete -c ssl -n '__fish_seen_subcommand_from plot' -s w -l where -x -d 'condition'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l metric -x -d 'what is drawn'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l best -d 'the best value, not the last'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l by -x -a 'run method (__ssl_column help keys)' -d 'group by'
complete -c ssl -n '__fish_seen_subcommand_from plot' -s x -l x -x -a '(__ssl_column help keys)' -d 'across'
complete -c ssl -n '__fish_seen_subcommand_from plot' -s y -l y -x -a '(__ssl_column help keys)' -d 'upwards'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l name -x -a 'z h predictor.cos' -d 'which vectors'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l log -x -a 'x y xy' -d 'logarithmic axes'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l steps -d 'x in steps'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l most -x -d 'curves in colour, bars'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l title -x -d 'of the picture'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l as -x -a 'text svg png pdf' -d 'format'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l width -x -d 'px or columns'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l height -x -d 'px or rows'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l scale -x -d 'PNG: dots to the pixel'
complete -c ssl -n '__fish_seen_subcommand_from plot' -l dark -d 'PNG or PDF on dark paper'
complete -c ssl -n '__fish_seen_subcommand_from export' -l tensorboard -d 'event files'
complete -c ssl -n '__fish_seen_subcommand_from export' -l sweep -x -a '(__ssl_column sweep ls)' -d 'a sweep, with its runs'
complete -c ssl -n '__fish_seen_subcommand_from import' -l as -x -d 'name of the sweep here'
complete -c ssl -n '__fish_seen_subcommand_from export' -s w -l where -x -d 'condition'
complete -c ssl -n '__fish_seen_subcommand_from report' -l sweep -x -a '(__ssl_column sweep ls)' -d 'runs of a sweep'
complete -c ssl -n '__fish_seen_subcommand_from report' -s w -l where -x -d 'condition'
complete -c ssl -n '__fish_seen_subcommand_from report' -l metric -x -d 'compare by'
complete -c ssl -n '__fish_seen_subcommand_from report' -l title -x -d 'of the report'
complete -c ssl -n '__fish_seen_subcommand_from log' -l group -d 'a line per recipe'
complete -c ssl -n '__fish_seen_subcommand_from best' -s w -l where -x -d 'condition'
complete -c ssl -n '__fish_seen_subcommand_from best' -l by -x -d 'what makes a group'
complete -c ssl -n '__fish_seen_subcommand_from compare' -s w -l where -x -d 'condition'
complete -c ssl -n '__fish_seen_subcommand_from compare' -l by -x -d 'what makes a group'
complete -c ssl -n '__fish_seen_subcommand_from best' -s l -l limit -x -d 'how many'
complete -c ssl -n '__fish_seen_subcommand_from best compare' -l sweep -x -a '(__ssl_column sweep ls)' -d 'a sweep'
complete -c ssl -n '__fish_seen_subcommand_from compare' -l tag -x -a '(__ssl_column tag)' -d 'a tag'
complete -c ssl -n '__fish_seen_subcommand_from compare' -l metric -x -a '(__ssl_metrics)' -d 'what is compared'
complete -c ssl -n '__fish_seen_subcommand_from compare' -l select -x -a '(__ssl_metrics)' -d 'what chooses the recipe'
complete -c ssl -n '__fish_seen_subcommand_from compare' -l report -x -a '(__ssl_metrics)' -d 'what is compared then'
complete -c ssl -n '__fish_seen_subcommand_from compare' -l test -x -a 'permutation rank' -d 'which test'
complete -c ssl -n '__fish_seen_subcommand_from compare' -l unpaired -d 'never by seed'
complete -c ssl -n '__fish_seen_subcommand_from compare' -l pairs -d 'only the pairs'
complete -c ssl -n '__fish_seen_subcommand_from schema' -l pivot -x -d 'make a view'
complete -c ssl -n '__fish_seen_subcommand_from schema' -l drop -x -d 'remove a view'
complete -c ssl -n '__fish_seen_subcommand_from tag' -s d -l delete -d 'take the tags off'
complete -c ssl -n '__fish_seen_subcommand_from rm' -l restore -d 'out of the trash'
complete -c ssl -n '__fish_seen_subcommand_from rm' -l list -d 'what is in the trash'
complete -c ssl -n '__fish_seen_subcommand_from data' -l size -x -d 'scale images to N x N'
complete -c ssl -n '__fish_seen_subcommand_from data' -l split -x -d 'FOLDER=SPLIT: what a folder is'
complete -c ssl -n '__fish_seen_subcommand_from data' -l no-splits -d 'all folders are classes'
complete -c ssl -n '__fish_seen_subcommand_from data' -l class-depth -x -d 'folders N levels down are classes'
complete -c ssl -n '__fish_seen_subcommand_from data' -l exclude -x -d 'leave out files or folders'
complete -c ssl -n '__fish_seen_subcommand_from data' -l skip-bad -d 'leave out images that cannot be read'
complete -c ssl -n '__fish_seen_subcommand_from data' -l shapes -d 'make the built-in dataset'
complete -c ssl -n '__fish_seen_subcommand_from data' -l seed -x -d 'its seed'
complete -c ssl -n '__fish_seen_subcommand_from data' -l train -x -d 'images to train on'
complete -c ssl -n '__fish_seen_subcommand_from data' -l test -x -d 'images to test on'
complete -c ssl -n '__fish_seen_subcommand_from sql' -l save -x -d 'keep the query'
complete -c ssl -n '__fish_seen_subcommand_from sql' -l delete -x -d 'forget a query'
complete -c ssl -n '__fish_seen_subcommand_from sql' -l list -d 'queries that are kept'
complete -c ssl -n '__fish_seen_subcommand_from sql' -l time-limit -x -d 'stop after this long'
complete -c ssl -n '__fish_seen_subcommand_from features' -l split -x -a 'train val test unlabeled' -d 'images'
complete -c ssl -n '__fish_seen_subcommand_from features' -l embedding -d 'output of the projector instead'
complete -c ssl -n '__fish_seen_subcommand_from features' -l images -d 'pixels, too'
complete -c ssl -n '__fish_seen_subcommand_from features' -l untrained -d 'the initial weights'
complete -c ssl -n '__fish_seen_subcommand_from features' -s j -l threads -x -d 'threads'
complete -c ssl -n '__fish_seen_subcommand_from checkpoint' -l whole -d 'heads and buffers too'
complete -c ssl -n '__fish_seen_subcommand_from verify' -l cut -x -d 'stop there and resume'
complete -c ssl -n '__fish_seen_subcommand_from verify' -l epochs -x -d 'only the first'
complete -c ssl -n '__fish_seen_subcommand_from gc' -l age -x -d 'leave alone what is younger'
complete -c ssl -n '__fish_seen_subcommand_from fsck' -l fix -d 'rebuild summaries'
complete -c ssl -n '__fish_seen_subcommand_from fsck' -l quick -d 'sizes of files only'
complete -c ssl -n '__fish_seen_subcommand_from backup' -l link -d 'hard links instead of copies'
complete -c ssl -n '__fish_seen_subcommand_from config' -l unset -d 'take the setting out'
complete -c ssl -n '__fish_seen_subcommand_from config' -l user -d 'the settings of the user, not of the store'

complete -c ssl -n '__fish_seen_subcommand_from data' -f -a 'add ls show rm verify'
complete -c ssl -n '__fish_seen_subcommand_from sweep' -a 'plan start status show pause retry extend ls rename rm (__ssl_column sweep ls)'
complete -c ssl -n '__fish_seen_subcommand_from worker' -f -a '(__ssl_column sweep ls)'
complete -c ssl -n '__fish_seen_subcommand_from checkpoint' -f -a 'ls export'
complete -c ssl -n '__fish_seen_subcommand_from plot' -f -a 'curve bars heatmap parallel spectrum alignment @ (__ssl_column log -l 50 --columns name)'
complete -c ssl -n '__fish_seen_subcommand_from resume eval verify show report checkpoint features diff compare metrics tag note rename rm' -f -a '@ (__ssl_column log -l 50 --columns name)'
complete -c ssl -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'
complete -c ssl -n '__fish_seen_subcommand_from help' -f -a "$commands keys recipe (__ssl_column methods) (__ssl_column help keys)"
complete -c ssl -n '__fish_seen_subcommand_from best metrics' -f -a '(__ssl_metrics)'
complete -c ssl -n '__fish_seen_subcommand_from schema' -f -a '(__ssl_column schema)'
