#!/usr/bin/env python3
"""Writes the first inputs of tests/fuzz/corpus: usage: make.py CORPUS SSL_BINARY. What a run of a fuzzer found
is added to them by hand, under a name that says what it was."""
import bz2, gzip, io, json, lzma, os, struct, subprocess, sys, tarfile, tempfile, zipfile


def put(name, data):
    path = os.path.join(sys.argv[1], name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'wb') as f:
        f.write(data)


def tar(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=tarfile.USTAR_FORMAT) as t:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped(files, method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', method) as z:
        for name, data in files:
            z.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def cpio(files):
    out = b''
    for i, (name, data) in enumerate(files + [('TRAILER!!!', b'')]):
        head = '070701%08x%08x' % (i + 1, 0o100644) + '%08x' * 11 % (0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
        out += head.encode() + name.encode() + b'\0'
        out += b'\0' * (-len(out) % 4) + data
        out += b'\0' * (-len(out) % 4)
    return out


def ppm(value, side=4):
    return b'P6 %d %d 255\n' % (side, side) + bytes((value * 7 + k) % 256 for k in range(side * side * 3))


def archives():
    folder = [('train/cat/a.ppm', ppm(1)), ('train/cat/b.ppm', ppm(2)), ('train/dog/c.ppm', ppm(3)),
              ('test/dog/d.ppm', ppm(4)), ('test/cat/f.ppm', ppm(6)), ('unlabeled/e.ppm', ppm(5))]
    listed = [('images/%d.ppm' % i, ppm(i)) for i in range(4)]
    listed += [('labels.csv', b'file,label\nimages/0.ppm,x\nimages/1.ppm,y\nimages/2.ppm,x\nimages/3.ppm,y\n')]
    batch = b''.join(bytes([i]) + bytes([40 * i]) * 3072 for i in range(2))
    cifar = [('c/data_batch_1.bin', batch), ('c/test_batch.bin', batch[:3073]),
             ('c/batches.meta.txt', b'a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n')]
    images = struct.pack('>IIII', 0x803, 2, 2, 2) + b'12345678'
    labels = struct.pack('>II', 0x801, 2) + b'\0\1'
    idx = [('train-images-idx3-ubyte.gz', gzip.compress(images, mtime=0)), ('train-labels-idx1-ubyte', labels)]
    stl = [('train_y.bin', b'\1'), ('train_X.bin', b'\7' * 27648)]
    for name, files in (('folder', folder), ('listed', listed), ('cifar10', cifar), ('idx', idx)):
        put('archive/%s.tar' % name, tar(files))
    put('archive/stl10.tar.gz', gzip.compress(tar(stl), 9, mtime=0))
    put('archive/folder.tar.gz', gzip.compress(tar(folder), 9, mtime=0))
    put('archive/folder.tar.xz', lzma.compress(tar(folder)))
    put('archive/folder.tar.bz2', bz2.compress(tar(folder)))
    put('archive/folder.zip', zipped(folder, zipfile.ZIP_STORED))
    put('archive/deflated.zip', zipped(folder, zipfile.ZIP_DEFLATED))
    put('archive/folder.cpio', cpio(folder))
    for tool in ('zstd', 'lz4'):
        packed = subprocess.run([tool, '-qc'], input=tar(folder), stdout=subprocess.PIPE)
        put('archive/folder.tar.' + tool, packed.stdout)


def safetensors(tensors, meta):
    head, at = {'__metadata__': meta}, 0
    for name, shape in tensors:
        n = 4
        for side in shape:
            n *= side
        head[name] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [at, at + n]}
        at += n
    text = json.dumps(head, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    return struct.pack('<Q', len(text)) + text + bytes(i % 63 for i in range(at))


def checkpoints():
    """The model of fuzz_checkpoint.c."""
    meta = {'epoch': '1', 'format': 'pt', 'method': 'vicreg', 'recipe': '0123456789abcdef' * 4,
            'ssl': 'checkpoint 1', 'step': '10'}
    model = [('encoder.conv1.weight', [2, 1, 3, 3]), ('encoder.bn1.weight', [2]),
             ('encoder.bn1.running_mean', [2]), ('projector.0.weight', [2, 3])]
    put('checkpoint/values', safetensors(model, meta))
    slots = [('optim.%s.slot%d' % (n, s), shape) for n, shape in model if 'running' not in n for s in (0, 1)]
    put('checkpoint/slots', safetensors(model + slots, meta))
    put('checkpoint/no-metadata', struct.pack('<Q', 2) + b'{}')
    put('checkpoint/odd', safetensors([('encoder.a', []), ('encoder.b', [0, 5]), ('c\u00e9"', [1, 1, 1, 1, 1, 1, 1, 1])],
                                      {'step': '\U0001f600', 'epoch': ''}))


def dataset(n):
    """core/data/dataset.c has the format; n: images of train, test, unlabeled, val."""
    header, names, image = 192 if n[3] else 128, b'cat\0dog\0', 12
    at = header + len(names)
    at += -at % 64
    offsets, body = [], b''
    for s in range(4 if n[3] else 3):
        labels = b''.join(struct.pack('<h', -1 if s == 2 else i % 2) for i in range(n[s]))
        offsets.append(at + len(body))
        body += labels + b'\0' * (-len(labels) % 64)
        offsets.append(at + len(body))
        pixels = bytes(range(image)) * n[s]
        body += pixels + b'\0' * (-len(pixels) % 64)
    head = b'ssl data' + struct.pack('<IIIIII', 2 if n[3] else 1, header, 2, 2, 3, 2)
    head += struct.pack('<IIII', *n) + struct.pack('<QQ', header, len(names))
    head += struct.pack('<QQQQQQ', *offsets[:6]) + struct.pack('<QQ', at + len(body), 0)
    if n[3]:
        head += struct.pack('<QQ', *offsets[6:]) + b'\0' * 48
    return head + names + b'\0' * (-(header + len(names)) % 64) + body


def bundles():
    """Two small runs of a sweep and one of an untrained encoder; and that one alone."""
    with tempfile.TemporaryDirectory() as folder:
        def ssl(*words):
            subprocess.run([os.path.abspath(sys.argv[2]), *words], cwd=folder, check=True, env={'HOME': folder})

        for split, images in (('train', 4), ('test', 2)):
            for i in range(2 * images):
                path = os.path.join(folder, 'img', split, 'ab'[i % 2])
                os.makedirs(path, exist_ok=True)
                with open('%s/%d.ppm' % (path, i), 'wb') as f:
                    f.write(ppm(i))
        with open(os.path.join(folder, 's.yaml'), 'w') as f:
            f.write('version: 1\nsweep: s\nbase: {method: vicreg, data: {set: t}, encoder: {arch: mlp, width: 2, depth: 1},\n'
                    '  projector.dims: [2, 2], optim: {batch: 4, epochs: 2, warmup: 0}, guard.collapse: off,\n'
                    '  checkpoint: {keep_last: 1, keep_best: 0}}\ngrid: {optim.lr: [0.1, 0.2]}\nseeds: [1]\n'
                    'exec: {lease: 90}\nobjective: {metric: test.knn.top1}\n')
        ssl('init', '-q')
        ssl('data', 'add', '-q', 't', 'img')
        ssl('sweep', 'start', '-q', '-j', '1', 's.yaml')
        ssl('eval', '-q', '@', '--protocol', 'linear')
        ssl('run', '-q', '-m', 'random', '-d', 't', '--set', 'encoder.arch=mlp', '--set', 'encoder.width=2', '--set',
            'encoder.depth=1', '--set', 'optim.batch=4', '-j', '1', '--name', 'r', '--tag', 'x')
        ssl('note', 'r', 'hello')
        for name, words in (('sweep', ('--sweep', 's', 'r')), ('run', ('r',))):
            ssl('export', '-q', '-o', name, *words)
            with open(os.path.join(folder, name), 'rb') as f:
                put('bundle/%s.tar.zst' % name, f.read())


def main():
    bundles()
    archives()
    checkpoints()
    put('checkpoint/dataset', dataset((3, 2, 0, 0)))
    put('checkpoint/dataset-val', dataset((2, 0, 1, 2)))


main()
