#compdef ssl
# zsh completion for ssl

_ssl_column()
{
	local -a rows
	rows=(${(f)"$(ssl "$@" --format tsv 2>/dev/null)"})
	print -rl -- ${${rows[2,-1]}%%$'\t'*}
}

_ssl_methods() { compadd -- ${(f)"$(_ssl_column methods)"} }
_ssl_datasets() { compadd -- ${(f)"$(_ssl_column data ls)"} }
# a metric is found without its test. or val., too
_ssl_metrics()
{
	local -a names
	names=(${(f)"$(_ssl_column sql 'SELECT name FROM metric_name')"})
	compadd -- $names ${${(M)names:#(test|val).*}#*.}
}
_ssl_sorts() { compset -P '-'; _ssl_metrics; _ssl_run_columns }
_ssl_run_columns() { compadd -- ${(f)"$(_ssl_column sql "SELECT name FROM pragma_table_info('v_run')")"} }
_ssl_columns() { compset -P '*,'; _ssl_run_columns; _ssl_metrics }
_ssl_tags() { compadd -- ${(f)"$(_ssl_column tag)"} }
_ssl_protocols() { compset -P '*,'; compadd -- ${(f)"$(_ssl_values eval.protocol)"} }
_ssl_tables() { compadd -- ${(f)"$(_ssl_column schema)"} }
_ssl_keys() { compadd -- method dataset recipe ${(f)"$(_ssl_column help keys)"} }

# The values that a key can have, where these are words.
_ssl_values()
{
	if [[ $1 == data.set ]]; then
		_ssl_column data ls
		return
	fi
	ssl help $1 --format tsv 2>/dev/null | awk -F '\t' -v key=$1 '
		$1 != key { next }
		$2 ~ /^(bool|enum|list)$/ { gsub(/\|/, "\n", $3); print $3 }
		$3 ~ /, [a-z]+$/ { sub(/.*, /, "", $3); print $3 }'
}

# KEY=VALUE, and in a grid KEY=VALUE,VALUE
_ssl_settings()
{
	local key
	if compset -P '*='; then
		key=${${IPREFIX%=}##*=}
		compset -P '*,'
		compadd -- ${(f)"$(_ssl_values $key)"}
	else
		compadd -S = -- ${(f)"$(_ssl_column help keys)"}
	fi
}
_ssl_sweeps() { compadd -- ${(f)"$(_ssl_column sweep ls)"} }
_ssl_refs() { compadd -- @ ${(f)"$(_ssl_column log -l 50 --columns name)"} }

_ssl()
{
	local curcontext=$curcontext state line
	local -a commands common
	commands=(
		'init:make a store here'
		'data:datasets: add, list, check'
		'run:train one encoder by a recipe, and record it'
		'resume:go on with a run'
		'eval:evaluate an encoder'
		'sweep:run a grid of recipes and seeds'
		'worker:work on the cells of a sweep'
		'verify:run again and compare bit for bit'
		'log:list runs'
		'show:everything about one run'
		'diff:in what two runs differ'
		'compare:compare groups of runs'
		'best:the best runs by a metric'
		'metrics:the series of a run'
		'plot:draw runs: curves, bars, heatmaps, spectra'
		'report:one file that says what runs showed'
		'sql:query the store'
		'schema:tables and views, explained'
		'tag:mark runs with words'
		'note:write something down about a run'
		'rename:give a run another name'
		'rm:remove runs'
		'export:runs and sweeps as one file, for another store'
		'import:take in what ssl export wrote'
		'checkpoint:list checkpoints, or export an encoder'
		'features:export features, labels and images of a split'
		'gc:remove files that nothing names'
		'fsck:check the store'
		'backup:copy the store'
		'config:settings of a store, or of a user'
		'methods:list the methods'
		'completion:print the completion script of a shell'
		'help:explain a command, method or key'
		'version:the version'
		'doctor:look at the machine'
	)
	common=(
		'-C[use the store found from there]:folder:_directories'
		'-q[only errors and data]' '-v[say more]'
		'(-n --dry-run)'{-n,--dry-run}'[check and say, change nothing]'
		'(-f --force)'{-f,--force}'[overwrite, or go on without asking]'
		'(-o --output)'{-o,--output}'[write data to a file]:file:_files'
		'--format[of the data]:format:(table csv tsv json jsonl md latex html)'
		'--json[as --format json]' '--csv[as --format csv]' '--no-pager[never start a pager]'
		'--color[when]:when:(auto always never)'
		'-h[short usage]' '--help[the manual page]'
	)
	_arguments -C $common '--version[the version]' '1:command:->command' '*::argument:->argument'
	case $state in
	command) _describe command commands ;;
	argument)
		case $line[1] in
		run) _arguments $common '(-m --method)'{-m,--method}'[the method]:method:_ssl_methods' \
			'(-d --data)'{-d,--data}'[the dataset]:dataset:_ssl_datasets' \
			'--like[the recipe of a run]:run:_ssl_refs' \
			'*--set[a hyperparameter]:setting:_ssl_settings' '--seed[the seed]:seed' \
			'--name[a name]:name' '*--tag[a tag]:tag:_ssl_tags' '(-j --threads)'{-j,--threads}'[threads]:n' \
			'1:recipe:_files -g "*.y(a|)ml"' ;;
		eval) _arguments $common '--protocol[protocols]:protocols:_ssl_protocols' \
			'--split[of the data]:split:(val test)' '--labels[share that is kept]:share' \
			'--seed[of what is drawn]:seed' '*--set[an eval.* setting]:setting:_ssl_settings' '--k[neighbours]:n' \
			'(-T --temperature)'{-T,--temperature}'[of the votes]:temperature' \
			'--untrained[the initial weights]' '--per-class[accuracy of each class]' \
			'--confusion[confusion matrix]' '(-j --threads)'{-j,--threads}'[threads]:n' \
			'1:run:_ssl_refs' ;;
		sweep) _arguments $common '(-m --method)'{-m,--method}'[the method]:method:_ssl_methods' \
			'(-d --data)'{-d,--data}'[the dataset]:dataset:_ssl_datasets' \
			'*--set[a hyperparameter]:setting:_ssl_settings' '*--grid[an axis]:setting:_ssl_settings' \
			'*--zip[an axis in step]:setting:_ssl_settings' '--seeds[replicates]:seeds' \
			'--name[a name]:name' '(-j --workers)'{-j,--workers}'[processes]:n' \
			'--reuse[take runs that are done]' '--pruned[retry pruned cells]' '--collapsed[retry cells that collapsed]' \
			'--metric[show: of which metric]:metric:_ssl_metrics' '--watch[until it is finished]' \
			'--restore[rm: out of the trash]' '--list[rm: what is in the trash]' \
			'1:verb:(plan start status show pause retry extend ls rename rm)' \
			'*:sweep:{_ssl_sweeps; _files -g "*.y(a|)ml"}' ;;
		worker) _arguments $common '(-j --threads)'{-j,--threads}'[threads]:n' '1:sweep:_ssl_sweeps' ;;
		log) _arguments $common '(-w --where)'{-w,--where}'[condition]:expression' \
			'(-s --sort)'{-s,--sort}'[order]:key:_ssl_sorts' '(-l --limit)'{-l,--limit}'[how many]:n' \
			'--columns[columns]:columns:_ssl_columns' '--tag[a tag]:tag:_ssl_tags' \
			'--sweep[runs of a sweep]:sweep:_ssl_sweeps' '--group[a line per recipe]' ;;
		resume) _arguments $common '*--set[what the recipe is to hold]:setting:_ssl_settings' \
			'(-j --threads)'{-j,--threads}'[threads]:n' '1:run:_ssl_refs' '2:recipe:_files -g "*.y(a|)ml"' ;;
		verify) _arguments $common '--cut[stop there and resume]:step' '--epochs[only the first]:n' \
			'(-j --threads)'{-j,--threads}'[threads]:n' '1:run:_ssl_refs' ;;
		show) _arguments $common '1:run:_ssl_refs' ;;
		best) _arguments $common '(-w --where)'{-w,--where}'[condition]:expression' \
			'--sweep[a sweep]:sweep:_ssl_sweeps' '(-l --limit)'{-l,--limit}'[how many]:n' \
			'--by[what makes a group]:key:_ssl_keys' '1:metric:_ssl_metrics' ;;
		compare) _arguments $common '(-w --where)'{-w,--where}'[condition]:expression' '--tag[a tag]:tag:_ssl_tags' \
			'--sweep[a sweep]:sweep:_ssl_sweeps' '--metric[what is compared]:metric:_ssl_metrics' '--by[what makes a group]:key:_ssl_keys' \
			'--select[what chooses the recipe]:metric:_ssl_metrics' \
			'--report[what is compared then]:metric:_ssl_metrics' \
			'--test[which test]:test:(permutation rank)' '--unpaired[never by seed]' \
			'--pairs[only the pairs]' '*:run:_ssl_refs' ;;
		diff) _arguments $common '*:run:_ssl_refs' ;;
		metrics) _arguments $common '1:run:_ssl_refs' '*:metric:_ssl_metrics' ;;
		schema) _arguments $common '--pivot[make a view]:view' '--drop[remove a view]:view' '1:table:_ssl_tables' ;;
		tag) _arguments $common '(-d --delete)'{-d,--delete}'[take the tags off]' '1:run:_ssl_refs' '*:tag:_ssl_tags' ;;
		note | rename) _arguments $common '1:run:_ssl_refs' '*:text' ;;
		rm) _arguments $common '--restore[out of the trash]' '--list[what is in the trash]' '*:run:_ssl_refs' ;;
		plot) _arguments $common '--sweep[runs of a sweep]:sweep:_ssl_sweeps' '(-w --where)'{-w,--where}'[condition]:expression' '--metric[what is drawn]:metric:_ssl_metrics' \
			'--best[the best value, not the last]' '--by[group by]:key:_ssl_keys' \
			'(-x --x)'{-x,--x}'[across]:key:_ssl_keys' '(-y --y)'{-y,--y}'[upwards]:key:_ssl_keys' \
			'--name[which vectors]:name:(z h predictor.cos)' '--log[logarithmic axes]:axes:(x y xy)' \
			'--steps[x in steps]' '--most[curves in colour, bars]:n' '--title[of the picture]:text' \
			'--as[format]:format:(text svg png pdf)' '--width[px or columns]:n' '--height[px or rows]:n' \
			'--scale[dots to the pixel]:n' '--dark[PNG or PDF on dark paper]' '1:picture:(curve bars heatmap parallel spectrum alignment)' \
			'*:run:_ssl_refs' ;;
		export) _arguments $common '--tensorboard[event files]' '--sweep[runs of a sweep]:sweep:_ssl_sweeps' '(-w --where)'{-w,--where}'[condition]:expression' '*:run:_ssl_refs' ;;
		import) _arguments $common '--as[name of the sweep here]:name' '1:file:_files' ;;
		report) _arguments $common '--sweep[runs of a sweep]:sweep:_ssl_sweeps' '(-w --where)'{-w,--where}'[condition]:expression' \
			'--metric[compare by]:metric:_ssl_metrics' '--title[of the report]:text' '*:run:_ssl_refs' ;;
		features) _arguments $common '--split[images]:split:(train val test unlabeled)' \
			'--embedding[the output of the projector instead]' '--images[export the pixels, too]' \
			'--untrained[of the initial weights]' '(-j --threads)'{-j,--threads}'[threads]:n' '1:run:_ssl_refs' ;;
		checkpoint) _arguments $common '--whole[heads and buffers too]' '1:verb:(ls export)' '2:run:_ssl_refs' ;;
		gc) _arguments $common '--age[leave alone what is younger]:seconds' ;;
		fsck) _arguments $common '--fix[rebuild summaries]' '--quick[sizes of files only]' ;;
		backup) _arguments $common '--link[hard links instead of copies]' '1:folder:_directories' ;;
		config) _arguments $common '--unset[take the setting out]' '--user[the settings of the user, not of the store]' '1:key:(gc.age query. color.ui core.pager safe.directory)' ;;
		data) _arguments $common '--size[scale images to N x N]:n' \
			'*--split[what a folder is]:folder=split' '--no-splits[all folders are classes]' \
			'--class-depth[folders N levels down are classes]:n' \
			'*--exclude[leave out files or folders]:pattern' \
			'--skip-bad[leave out images that cannot be read]' \
			'--shapes[make the built-in dataset]' '--seed[its seed]:seed' \
			'--train[images to train on]:n' '--test[images to test on]:n' \
			'1:verb:(add ls show rm verify)' '2:dataset:_ssl_datasets' '3:archive:_files' ;;
		sql) _arguments $common '--time-limit[stop after this long]:seconds' '--save[keep the query]:name' \
			'--delete[forget a query]:name' '--list[queries that are kept]' '1:query' ;;
		completion) _arguments $common '1:shell:(bash zsh fish)' ;;
		help) _alternative 'commands:command:compadd init data run resume eval sweep worker verify log show diff compare best metrics plot report sql schema tag note rename rm export import checkpoint features gc fsck backup config methods completion help version doctor keys recipe' \
			 'methods:method:_ssl_methods' 'keys:key:_ssl_keys' ;;
		*) _arguments $common '*:file:_files' ;;
		esac
		;;
	esac
}

# loaded by zsh as the function _ssl, or run by eval "$(ssl completion zsh)"
if [[ $funcstack[1] == _ssl ]]; then
	_ssl "$@"
else
	compdef _ssl ssl
fi
