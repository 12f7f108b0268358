#!/usr/bin/env python3
"""Lets the calls of commands fail, one after another, and looks at what comes of it.

usage: faults.py SSL SHIM [-l LIMIT] [-c COMMANDS] [-f FAMILIES] [-j JOBS] [-o FILE]

For every command and every way of failing, the command runs once to count its calls, and then once for each
place that a call comes from (at most LIMIT, spread evenly; 0: all), in which that call fails. Then must hold:

  signal    it does not end by a signal, and reports no bug of its own
  hang      it ends
  false     exit 0 means that all was done: the store, the files and the output are those of a good run
  silent    another exit has a message
  damaged   fsck finds nothing wrong
  stuck     the command works when it is called again

Prints how many faults were injected, and each one of which something did not hold; exits 1 if there is any.

OpenBLAS needs libgfortran and libquadmath, whose constructors do not check for memory, so that a program that loads
it under such a fault ends before its own code knows. For these `signal` and `silent` are not asked.
"""
import argparse, concurrent.futures, errno, json, os, re, shutil, signal, sqlite3, struct, subprocess, sys, tempfile

HANG = 300  # seconds: a run takes a fifth of one
TINY = ['-m', 'vicreg', '-d', 'tiny', '-j', '1']
for setting in ('guard.collapse=record', 'encoder.arch=convnet', 'encoder.width=2', 'encoder.depth=2',
                'projector.dims=4,4', 'optim.batch=8', 'optim.epochs=1', 'optim.warmup=0', 'eval.knn.k=3'):
    TINY += ['--set', setting]

# The ways of failing: family, errno or "short", and whether all later calls fail as well.
WAYS = [('memory', errno.ENOMEM, False), ('memory', errno.ENOMEM, True),
        ('read', errno.EIO, False), ('read', errno.EIO, True), ('read', errno.EINTR, False),
        ('read', 'short', False), ('read', 'short', True),
        ('write', errno.EIO, False), ('write', errno.EIO, True), ('write', errno.ENOSPC, False),
        ('write', errno.ENOSPC, True), ('write', errno.EINTR, False), ('write', 'short', False),
        ('write', 'short', True),
        ('dir', errno.EIO, False), ('dir', errno.EIO, True), ('dir', errno.EACCES, False)]

# What a store says, without what differs from one run to the next.
QUESTIONS = {
    'run': "SELECT name, status, epoch, step, epochs, exit_code IS NULL FROM run ORDER BY name",
    'trash': "SELECT r.name FROM trash t JOIN run r ON r.id = t.run_id ORDER BY 1",
    'dataset': "SELECT d.name, d.removed IS NULL, o.sha256 FROM dataset d LEFT JOIN object o ON o.id = d.object_id "
               "ORDER BY 1, 2",
    'tag': "SELECT r.name, t.name FROM tag t JOIN run r ON r.id = t.run_id ORDER BY 1, 2",
    'note': "SELECT r.name, t.text FROM note t JOIN run r ON r.id = t.run_id ORDER BY 1, 2",
    'sweep': "SELECT name, state FROM sweep ORDER BY 1",
    'sweep_trash': "SELECT w.name FROM sweep_trash t JOIN sweep w ON w.id = t.sweep_id ORDER BY 1",
    'cell': "SELECT ordinal, seed, status, run_id IS NOT NULL FROM cell ORDER BY 1, 2",
    'eval': "SELECT DISTINCT r.name, e.protocol, e.split, e.step FROM eval e JOIN run r ON r.id = e.run_id "
            "ORDER BY 1, 2, 3, 4",
    'value': "SELECT DISTINCT r.name, m.name, v.value FROM eval e JOIN run r ON r.id = e.run_id "
             "JOIN eval_value v ON v.eval_id = e.id JOIN metric_name m ON m.id = v.name_id "
             "WHERE m.name NOT LIKE '%second%' ORDER BY 1, 2, 3",
    'checkpoint': "SELECT r.name, c.step FROM checkpoint c JOIN run r ON r.id = c.run_id ORDER BY 1, 2",
    'metric': "SELECT r.name, m.name, x.step, x.value FROM metric x JOIN run r ON r.id = x.run_id "
              "JOIN metric_name m ON m.id = x.name_id "
              "WHERE m.name IN ('loss', 'lr', 'grad_norm', 'test.knn.top1') ORDER BY 1, 2, 3",
    'object': "SELECT count(*) FROM object",
}


def call(command, folder, env=None):
    """(exit code, stdout, stderr); a code of None: it did not end."""
    p = subprocess.Popen(command, cwd=folder, env={**ENV, **(env or {})}, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = p.communicate(timeout=HANG)
        return p.returncode, out.decode(errors='replace'), err.decode(errors='replace')
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        p.communicate()
        return None, '', ''


def ssl(folder, *words):
    code, out, err = call([SSL, *words], folder)
    if code:
        raise RuntimeError(f'{words}: exit {code}: {err}')
    return out


# ---- what a command starts from

def store(d):
    ssl(d, 'init')


def images(d):
    store(d)
    for kind in ('cat', 'dog'):
        for split in ('train', 'test'):
            os.makedirs(f'{d}/pics/{split}/{kind}')
            for i in range(3):
                with open(f'{d}/pics/{split}/{kind}/{i}.ppm', 'wb') as f:
                    f.write(b'P6 16 16 255\n' + bytes((i * 37 + j * (3 if kind == 'cat' else 5)) % 256
                                                      for j in range(16 * 16 * 3)))


def data(d):
    store(d)
    ssl(d, 'data', 'add', 'tiny', '--shapes', '--train', '16', '--test', '8')


def run(d):
    data(d)
    ssl(d, 'run', *TINY, '--name', 'r1')


def runs(d):
    run(d)
    ssl(d, 'run', *TINY, '--name', 'r2', '--seed', '2')


def bundle(d):
    runs(d)
    ssl(d, 'export', '-o', 'x.tar.zst')
    shutil.rmtree(f'{d}/.ssl')
    data(d)


def garbage(d):
    runs(d)
    os.makedirs(f'{d}/.ssl/objects/aa', exist_ok=True)
    for name in ('aa/' + 'b' * 62, 'aa/' + 'c' * 62, 'tmp/.tmp-abcdef'):
        with open(f'{d}/.ssl/objects/{name}', 'w') as f:
            f.write('x' * 1000)
    for folder, _, names in os.walk(f'{d}/.ssl/objects'):
        for name in names:
            os.utime(f'{folder}/{name}', (1e9, 1e9))


def trash(d):
    runs(d)
    ssl(d, 'rm', 'r1')


def sweep(d):
    data(d)
    with open(f'{d}/s.yaml', 'w') as f:
        f.write('version: 1\nsweep: w\n'
                'base: {method: vicreg, data: {set: tiny}, encoder: {arch: convnet, width: 2, depth: 2}, '
                'projector: {dims: [4, 4]}, optim: {batch: 8, epochs: 1, warmup: 0}, eval: {knn: {k: 3}}, '
                'guard: {collapse: record}}\n'
                'grid: {vicreg.mu: [5, 10]}\nseeds: [1]\nobjective: {metric: test.knn.top1}\n')


def swept(d):
    sweep(d)
    ssl(d, 'sweep', 'start', 's.yaml', '-j', '1')


def backup(d):
    run(d)
    ssl(d, 'backup', 'b')
    ssl(d, 'run', *TINY, '--name', 'r2', '--seed', '2')


def config(d):
    store(d)
    ssl(d, 'config', 'query.old', 'select 1')


# name: what it starts from, the command, the files that it writes
COMMANDS = {
    'init': (lambda d: None, ['init'], []),
    'data-add': (images, ['data', 'add', 'pics', 'pics'], []),
    'data-shapes': (store, ['data', 'add', 'tiny', '--shapes', '--train', '16', '--test', '8'], []),
    'data-ls': (data, ['data', 'ls'], []),
    'data-plan': (data, ['data', 'show', '--plan', 'tiny'], []),
    'data-rm': (data, ['data', 'rm', 'tiny'], []),
    'run': (data, ['run', *TINY, '--name', 'r1'], []),
    'eval': (run, ['eval', 'r1', '--protocol', 'knn,linear', '-j', '1', '--set', 'eval.knn.k=2'], []),
    'verify': (run, ['verify', 'r1'], []),
    'sweep-plan': (sweep, ['sweep', 'plan', 's.yaml'], []),
    'sweep-start': (sweep, ['sweep', 'start', 's.yaml', '-j', '1'], []),
    'sweep-show': (swept, ['sweep', 'show', 'w'], []),
    'sweep-rm': (swept, ['sweep', 'rm', 'w'], []),
    'sweep-rm-for-good': (swept, ['sweep', 'rm', '-f', 'w'], []),
    'log': (runs, ['log'], []),
    'log-to-file': (runs, ['log', '--columns', 'name,status', '--format', 'csv', '-o', 'l.csv'], ['l.csv']),
    'show': (runs, ['show', 'r1'], []),
    'diff': (run, ['diff', 'r1', 'r1'], []),
    'compare': (runs, ['compare', 'r1', 'r2'], []),
    'best': (runs, ['best', 'knn.top1'], []),
    'metrics': (runs, ['metrics', 'r1'], []),
    'plot': (runs, ['plot', 'curve', 'r1', '-o', 'p.svg'], ['p.svg']),
    'report': (runs, ['report', '-o', 'r.html'], ['r.html']),
    'sql': (runs, ['sql', 'SELECT name, status FROM v_run'], []),
    'schema': (store, ['schema'], []),
    'tag': (run, ['tag', 'r1', 'good'], []),
    'note': (run, ['note', 'r1', 'a text'], []),
    'rename': (run, ['rename', 'r1', 'new'], []),
    'rm': (runs, ['rm', 'r1'], []),
    'rm-for-good': (trash, ['rm', '-f', 'r1'], []),
    'export': (runs, ['export', '-o', 'x.tar.zst'], ['x.tar.zst']),
    'tensorboard': (run, ['export', '--tensorboard', '-o', 'tb'], []),
    'import': (bundle, ['import', 'x.tar.zst'], []),
    'checkpoint': (run, ['checkpoint', 'export', '-o', 'e.safetensors', 'r1'], ['e.safetensors']),
    'gc': (garbage, ['gc', '--age', '1'], []),
    'fsck': (runs, ['fsck'], []),
    'backup': (runs, ['backup', 'b'], []),
    'backup-update': (backup, ['backup', '-f', 'b'], []),
    'config': (config, ['config', 'query.new', 'select 2'], []),
    'doctor': (store, ['doctor'], []),
}
CHANGING_OUTPUT = {'doctor', 'eval', 'verify', 'sweep-plan'}  # times and speeds


def unname(db, said):
    """The names of a sweep's runs are drawn: they are called by their cells."""
    try:
        cells = dict(db.execute("SELECT r.name, 'cell ' || c.ordinal || '.' || c.seed FROM cell c "
                                "JOIN run r ON r.id = c.run_id"))
    except sqlite3.Error:
        cells = {}
    for name, rows in said.items() if cells else ():
        if isinstance(rows, list):
            said[name] = sorted(tuple(cells.get(x, x) for x in row) for row in rows)


def ask(d):
    path = f'{d}/.ssl/ssl.db'
    if not os.path.exists(path):
        return {'none': True}
    said = {}
    try:
        with sqlite3.connect(f'file:{path}', timeout=30, uri=True) as db:
            for name, sql in QUESTIONS.items():
                try:
                    said[name] = db.execute(sql).fetchall()
                except sqlite3.Error as e:
                    said[name] = str(e)
            unname(db, said)
        db.close()
    except sqlite3.Error as e:
        said['error'] = str(e)
    said['files'] = sum(len(name) == 62 for _, _, names in os.walk(f'{d}/.ssl/objects') for name in names)
    return said


def content(path):
    try:
        with open(path, 'rb') as f:
            return hash(f.read())
    except FileNotFoundError:
        return None


def look(name, d):
    """What there is in the folder, to be compared."""
    seen = {'store': ask(d), 'files': {f: content(f'{d}/{f}') for f in COMMANDS[name][2]}}
    if name.startswith('backup'):
        seen['backup'] = ask(f'{d}/b')
    if name == 'tensorboard':
        seen['tb'] = sum(len(names) for _, _, names in os.walk(f'{d}/tb'))
    if name == 'config':
        seen['config'] = content(f'{d}/.ssl/config')
    return seen


def plain(text):
    text = re.sub(r'\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*', 'T', text)
    return re.sub(r'\d+(\.\d+)?( ?(ms|[smhd])\b| seconds?)', 'N', text)


def in_constructor(text):
    """Did the first call fail in a constructor of the libraries that OpenBLAS needs?"""
    frames = [line.split('+')[0].strip() for line in text.splitlines()[1:]]
    while frames and frames[0] in ('libc.so.6', 'libfaults.so'):
        frames.pop(0)
    return bool(frames) and frames[0].startswith(('libgfortran', 'libquadmath'))


class Subject:
    """A command, its starting point, and what a good run of it leaves."""

    def __init__(self, name):
        self.name = name
        self.base = f'{SCRATCH}/base-{name}'
        os.makedirs(self.base)
        COMMANDS[name][0](self.base)
        d = self.fresh('good')
        self.before = look(name, d)
        code, out, err = call([SSL, *COMMANDS[name][1]], d)
        if code:
            raise RuntimeError(f'{name}: exit {code}: {err}')
        self.after, self.out = look(name, d), plain(out)

    def fresh(self, what):
        d = f'{SCRATCH}/{self.name}-{what}'
        shutil.rmtree(d, ignore_errors=True)
        subprocess.run(['cp', '-a', self.base, d], check=True)
        return d

    def under(self, way, n, d, trace=False):
        """Runs it with the n-th call failing: the result, calls, failed calls, log."""
        count, log = d + '.count', d + '.log'
        for path in (count, log):
            if os.path.exists(path):
                os.unlink(path)
        env = {'LD_PRELOAD': SHIM, 'FAULT_FAMILY': way[0], 'FAULT_HOW': str(way[1]), 'FAULT_N': str(n),
               'FAULT_FILE': count, 'FAULT_LOG': log}
        if way[2]:
            env['FAULT_LASTING'] = '1'
        if trace:
            env['FAULT_TRACE'] = '1'
        result = call([SSL, *COMMANDS[self.name][1]], d, env)
        with open(count, 'rb') as f:
            calls, failed = struct.unpack('qq', f.read(16))
        text = open(log, errors='replace').read() if os.path.exists(log) else ''
        return result, calls, failed, text

    def places(self, way):
        _, _, _, text = self.under(way, 0, self.fresh('trace'), True)
        return [int(line) for line in text.split()]

    def judge(self, way, n, d):
        """What does not hold: (kind, details) pairs; None when nothing failed."""
        (code, out, err), _, failed, text = self.under(way, n, d)
        if not failed:
            return None
        wrong, now = [], look(self.name, d)
        if code is None:
            return [('hang', '', text)]
        foreign = code and in_constructor(text)
        if not foreign and (code < 0 or 128 < code < 160 or 'BUG at' in err or 'stack smashing' in err or
                            'free()' in err):
            wrong.append(('signal', f'{code}: {err[-300:]}', text))
        if code == 0:
            if now != self.after:
                wrong.append(('false', self.difference(now), text))
            elif self.name == 'sweep-plan' and re.search(r'  -  ', out):
                wrong.append(('false', f'output: {out[:300]!r}', text))
            elif self.name not in CHANGING_OUTPUT and plain(out) != self.out:
                wrong.append(('false', f'output: {out[:300]!r}, not {self.out[:300]!r}', text))
        elif not foreign and 'ssl:' not in err and code != 1:
            wrong.append(('silent', f'{code}: {err[-300:]!r}', text))
        wrong += [('damaged', why, text) for why in self.damages(d)]
        if code and not self.again(d):
            wrong.append(('stuck', f'{code}: {err[-200:]} / again: {self.retry}', text))
        return wrong

    def difference(self, now):
        parts = []
        for part, good in self.after.items():
            if now[part] != good:
                keys = [k for k in good if now[part].get(k) != good[k]] if isinstance(good, dict) else [part]
                parts += [f'{part}.{k}: {str(now[part].get(k) if isinstance(good, dict) else now[part])[:150]}'
                          for k in keys]
        return '; '.join(parts)

    def damages(self, d):
        for folder in (d, f'{d}/b'):
            if os.path.exists(f'{folder}/.ssl/ssl.db') and (folder == d or self.name.startswith('backup')):
                code, out, err = call([SSL, 'fsck'], folder)
                if code and not (self.name == 'init' and code == 5 and 'empty' in err):
                    yield f'{os.path.basename(folder)}: {code}: {out[:200]} {err[:200]}'

    def again(self, d):
        """Without faults it can be done, or was done already."""
        if look(self.name, d) == self.after:
            return True
        if self.name in ('data-rm', 'rm-for-good', 'sweep-rm-for-good'):  # what is left then is gc's
            left = {k: v for k, v in look(self.name, d)['store'].items() if k not in ('files', 'object')}
            if left == {k: v for k, v in self.after['store'].items() if k not in ('files', 'object')}:
                return call([SSL, 'gc', '--age', '0'], d)[0] == 0 and look(self.name, d) == self.after
        code, _, err = call([SSL, *COMMANDS[self.name][1]], d)
        self.retry = f'{code}: {err[-200:]}'
        if self.name in ('run', 'sweep-start', 'eval', 'import'):  # what is recorded of the first try stays
            return code in (0, 1, 2, 4, 8) and call([SSL, 'fsck'], d)[0] == 0
        if self.name == 'backup' and code == 2:
            return call([SSL, 'fsck'], f'{d}/b')[0] == 0
        return code == 0 and look(self.name, d) == self.after


def spread(numbers, limit, shift):
    if not limit or len(numbers) <= limit:
        return numbers
    step = len(numbers) / limit
    return [numbers[int(i * step + shift % max(1, int(step)))] for i in range(limit)]


def examine(name, ways, limit):
    subject, injected, findings = Subject(name), 0, []
    for i, way in enumerate(ways):
        for n in spread(subject.places(way), limit, i * 7 + len(name)):
            wrong = subject.judge(way, n, subject.fresh('try'))
            injected += wrong is not None
            for kind, details, text in wrong or []:
                findings.append({'kind': kind, 'command': name, 'way': way, 'n': n, 'details': details, 'log': text})
    for what in ('good', 'trace', 'try'):
        shutil.rmtree(f'{SCRATCH}/{name}-{what}', ignore_errors=True)
    shutil.rmtree(subject.base, ignore_errors=True)
    return name, injected, findings


def tell(findings):
    for f in findings:
        how = f['way'][1] if f['way'][1] == 'short' else errno.errorcode[f['way'][1]]
        print(f"{f['kind']}: {f['command']}: {f['way'][0]} {how}{' from' if f['way'][2] else ''} call {f['n']}: "
              f"{f['details'].strip()}")
        print(''.join(f'    {line}\n' for line in f['log'].splitlines()[:12]), end='')


def main():
    p = argparse.ArgumentParser()
    p.add_argument('ssl')
    p.add_argument('shim')
    p.add_argument('-l', type=int, default=0)
    p.add_argument('-c', default='')
    p.add_argument('-f', default='')
    p.add_argument('-j', type=int, default=1)
    p.add_argument('-o')
    a = p.parse_args()
    global SSL, SHIM, SCRATCH, ENV
    SSL, SHIM, SCRATCH = os.path.abspath(a.ssl), os.path.abspath(a.shim), tempfile.mkdtemp(prefix='ssl-faults-')
    ENV = {'PATH': os.environ['PATH'], 'LC_ALL': 'C', 'HOME': SCRATCH, 'SSL_BUSY_MS': '2000', 'OPENBLAS_NUM_THREADS': '1'}
    names = [n for n in COMMANDS if not a.c or n in a.c.split(',')]
    ways = [w for w in WAYS if not a.f or w[0] in a.f.split(',')]
    injected, findings = 0, []
    try:
        with concurrent.futures.ThreadPoolExecutor(a.j) as pool:
            for name, n, found in pool.map(lambda name: examine(name, ways, a.l), names):
                injected += n
                findings += found
                print(f'{name}: {n} faults, {len(found)} findings', flush=True)
                tell(found)
                if a.o:
                    with open(a.o, 'a') as f:
                        f.writelines(json.dumps(x) + '\n' for x in found)
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    print(f'{injected} faults injected into {len(names)} commands: {len(findings)} findings')
    return 1 if findings or not injected else 0


if __name__ == '__main__':
    sys.exit(main())
