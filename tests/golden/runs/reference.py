#!/usr/bin/env python3
"""The reference of the whole runs in this folder: PyTorch in float64, from the formulas of the papers.

usage: reference.py FOLDER [RUN...]

To make the files NAME.safetensors again, after a change of recipes.c or of anything that is drawn (initial
weights, the order of the images, augmentation), from the root of the sources:

    cmake --preset double && cmake --build build/double --target t-golden-runs
    build/double/tests/t-golden-runs -d /tmp/inputs       # initial tensors, views, labels and recipes: 30 MB
    python3 tests/golden/runs/reference.py /tmp/inputs    # needs torch (CPU) and numpy; half a minute
    build/double/tests/t-golden-runs                      # now compares the runs with the new files

and commit the files. A change of what is computed from these inputs is no reason to make them again.

The program and this script share the inputs and nothing else: losses, networks, optimisers, schedules, moving
averages and DirectPred's predictor are computed here from the recipe with torch's own modules where it has them.
runs.h describes the files. Names and layouts of tensors are torch's, with torchvision's names for the encoder.
"""
import copy, json, math, os, struct, sys
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)
TYPES = {'F64': np.float64, 'F32': np.float32, 'I32': np.int32, 'I64': np.int64}


# ---- safetensors ----

def read_file(path):
    raw = open(path, 'rb').read()
    size, = struct.unpack('<Q', raw[:8])
    header = json.loads(raw[8:8 + size])
    meta, out = header.pop('__metadata__', {}), {}
    for name, e in header.items():
        begin, end = e['data_offsets']
        a = np.frombuffer(raw[8 + size + begin:8 + size + end], TYPES[e['dtype']])
        out[name] = torch.from_numpy(a.reshape(e['shape']).copy())
    return out, meta


def write_file(path, arrays, meta):
    header, data, at = {'__metadata__': meta}, [], 0
    for name, a in arrays.items():
        a = np.ascontiguousarray(a, dtype=np.float64)
        header[name] = {'dtype': 'F64', 'shape': list(a.shape), 'data_offsets': [at, at + a.nbytes]}
        data.append(a.tobytes())
        at += a.nbytes
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + b''.join(data))


def sketch(t):
    """Norm, projection on cos(1), cos(2), ..., and the two leading values."""
    v = t.detach().reshape(-1).numpy()
    return np.array([np.sqrt((v * v).sum()), (v * np.cos(np.arange(len(v)) + 1.)).sum(), v[0],
                     v[1] if len(v) > 1 else 0])


# ---- networks ----

class Block(nn.Module):
    """The basic block of ResNet-18 (1512.03385)."""
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False),
                                            nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (self.downsample(x) if self.downsample else x))


class ResNet18(nn.Module):
    """With base width w and the stem for small images: 3x3, stride 1, no max-pooling."""
    def __init__(self, w):
        super().__init__()
        self.conv1 = nn.Conv2d(3, w, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(w)
        inputs = w
        for i in range(4):
            outputs = w << i
            blocks = [Block(inputs, outputs, 2 if i else 1), Block(outputs, outputs, 1)]
            setattr(self, 'layer%d' % (i + 1), nn.Sequential(*blocks))
            inputs = outputs
        self.dim = inputs

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for i in range(4):
            x = getattr(self, 'layer%d' % (i + 1))(x)
        return x.mean((2, 3))


def head(recipe, which, inputs):
    """Linear layers with batch norm and ReLU between them, as the keys WHICH.* describe."""
    layers, dims = [], recipe[which + '.dims']
    for i, outputs in enumerate(dims):
        last = i == len(dims) - 1
        layers.append(nn.Linear(inputs, outputs, bias=recipe[which + ('.out_bias' if last else '.hidden_bias')]))
        if last:
            norm = recipe[which + '.out_norm']
            if norm != 'none':
                assert norm in ('bn', 'bn_no_affine')
                layers.append(nn.BatchNorm1d(outputs, affine=norm == 'bn'))
        else:
            if recipe[which + '.hidden_norm']:
                layers.append(nn.BatchNorm1d(outputs, affine=recipe[which + '.norm_affine']))
            layers.append(nn.ReLU())
        inputs = outputs
    return nn.Sequential(*layers)


# ---- methods: forward() returns the loss, its terms and the embeddings of all views ----

class Method(nn.Module):
    def __init__(self, recipe):
        super().__init__()
        self.recipe = recipe
        self.encoder = ResNet18(recipe['encoder.width'])
        assert recipe['encoder.arch'] == 'resnet18' and recipe['encoder.stem'] == 'cifar'

    def own(self, key):
        return self.recipe['%s.%s' % (self.recipe['method'], key)]

    def embed(self, net, views):
        """The outputs for both views, whose batch statistics are separate or joint."""
        if self.recipe['batch.statistics'] == 'joint':
            return net(torch.cat(views)).chunk(2)
        return [net(x) for x in views]

    def after_step(self, k, steps):
        return {}


class Random(Method):
    pass


class Supervised(Method):
    def __init__(self, recipe):
        super().__init__(recipe)
        self.classifier = nn.Sequential(nn.Linear(self.encoder.dim, 10))

    def forward(self, views, labels):
        h = self.encoder(views[0])
        logits = self.classifier(h)
        right = (logits.argmax(1) == labels).double().mean()
        return F.cross_entropy(logits, labels), {'loss.top1': 100 * right}, h


class Projected(Method):
    def __init__(self, recipe):
        super().__init__(recipe)
        self.projector = head(recipe, 'projector', self.encoder.dim)

    def online(self, x):
        return self.projector(self.encoder(x))


class SimCLR(Projected):
    """2002.05709, equation 1: NT-Xent."""
    def forward(self, views, labels):
        z = torch.cat(list(self.embed(self.online, views)))
        assert self.own('normalize') == 'l2' and self.own('form') == 'paper'
        u, n = F.normalize(z), len(z) // 2
        s = (u @ u.T / self.own('temperature')).masked_fill(torch.eye(2 * n, dtype=torch.bool), -math.inf)
        positive = torch.arange(2 * n).roll(n)
        p = s.detach().softmax(1)
        return F.cross_entropy(s, positive), {
            'loss.accuracy': 100 * (s.argmax(1) == positive).double().mean(),
            'loss.entropy': -torch.xlogy(p, p).sum(1).mean()}, z


def off_diagonal(m):
    return m - torch.diag(m.diagonal())


class Barlow(Projected):
    """2103.03230, equation 1; standardised by a batch norm without affine parameters, as in the released code."""
    def forward(self, views, labels):
        z1, z2 = self.embed(self.online, views)
        a, b = (F.batch_norm(z, None, None, training=True, eps=self.own('eps')) for z in (z1, z2))
        c = a.T @ b / len(a)
        on, off = (1 - c.diagonal()).square().sum(), off_diagonal(c).square().sum()
        loss = self.own('scale') * (self.own('diagonal') * on + self.own('lambda') * off)
        return loss, {'loss.on_diagonal': on, 'loss.off_diagonal': off}, torch.cat([z1, z2])


class VICReg(Projected):
    """2105.04906, in the form of the released code: the invariance is a mean over all elements, and the variance
    term a mean over the views."""
    def forward(self, views, labels):
        z1, z2 = self.embed(self.online, views)
        assert self.own('form') == 'official'

        def variance(z):
            return F.relu(self.own('gamma') - (z.var(0) + self.own('eps')).sqrt()).mean()

        def covariance(z):
            return off_diagonal(torch.cov(z.T)).square().sum() / z.shape[1]

        s = F.mse_loss(z1, z2)
        v = (variance(z1) + variance(z2)) / 2
        c = covariance(z1) + covariance(z2)
        loss = self.own('lambda') * s + self.own('mu') * v + self.own('nu') * c
        return loss, {'loss.invariance': s, 'loss.variance': v, 'loss.covariance': c}, torch.cat([z1, z2])


def cosines(p, y):
    return F.cosine_similarity(p, y, dim=1, eps=1e-12)


class BYOL(Projected):
    """2006.07733: equation 2 for both views, the target of section 3.2, tau of section 3.3."""
    def __init__(self, recipe):
        super().__init__(recipe)
        self.make_predictor()
        self.target = nn.ModuleDict({'encoder': copy.deepcopy(self.encoder),
                                     'projector': copy.deepcopy(self.projector)}).requires_grad_(False)
        assert self.own('target') == 'ema' and self.own('normalize') == 'l2' and self.own('symmetric')
        assert self.own('mu') == 0 and self.own('nu') == 0

    def make_predictor(self):
        self.predictor = head(self.recipe, 'predictor', self.recipe['projector.dims'][-1])

    def forward(self, views, labels):
        z = self.embed(self.online, views)
        p = self.embed(self.predictor, z)
        with torch.no_grad():
            y = self.embed(lambda x: self.target['projector'](self.target['encoder'](x)), views)
        one, two = cosines(p[0], y[1]).mean(), cosines(p[1], y[0]).mean()
        self.z = torch.cat(list(z))
        return 2 - 2 * one + 2 - 2 * two, {'loss.cosine': (one + two) / 2}, self.z

    def after_step(self, k, steps):
        tau = self.own('tau')
        if self.own('tau_schedule') == 'cosine':
            tau = 1 - (1 - tau) * (math.cos(math.pi * k / steps) + 1) / 2
        with torch.no_grad():
            for name in ('encoder', 'projector'):
                for xi, theta in zip(self.target[name].parameters(), getattr(self, name).parameters()):
                    xi.copy_(tau * xi + (1 - tau) * theta)
        return {'tau': tau}


class SimSiam(Projected):
    """2011.10566, equation 2."""
    def __init__(self, recipe):
        super().__init__(recipe)
        self.predictor = head(recipe, 'predictor', recipe['projector.dims'][-1])
        assert self.own('target') == 'shared' and self.own('stop_gradient') and self.own('symmetric')
        assert self.own('normalize') == 'l2' and self.own('mu') == 0 and self.own('nu') == 0

    def forward(self, views, labels):
        z = self.embed(self.online, views)
        p = self.embed(self.predictor, z)
        one, two = cosines(p[0], z[1].detach()).mean(), cosines(p[1], z[0].detach()).mean()
        return -(one + two) / 2, {'loss.cosine': (one + two) / 2}, torch.cat(list(z))


class DirectPred(BYOL):
    """2102.06810, section 4: a linear predictor from the moving average F of the correlation of its input. Form
    official: that of the released code, which divides the eigenvalues by the largest, adds epsilon to the root and
    raises what is below 1e-4. The order of a step is that code's too: gradient, predictor, target."""
    def make_predictor(self):
        d = self.recipe['projector.dims'][-1]
        self.predictor = nn.Sequential(nn.Linear(d, d, bias=False))
        self.correlation, self.batches = torch.zeros(d, d), torch.zeros(1)
        assert self.own('variant') == 'directpred' and not self.own('center')

    def after_step(self, k, steps):
        with torch.no_grad():
            z = self.z
            f = z.T @ z / len(z)
            rho = self.own('rho') if self.batches else 0
            self.correlation = rho * self.correlation + (1 - rho) * f
            self.batches = torch.ones(1)
            if k % self.own('every') == 0:
                s, u = torch.linalg.eigh(self.correlation)
                s = s.clamp(min=0)
                if self.own('form') == 'paper':
                    p = s.sqrt() + self.own('epsilon') * s.max()
                else:
                    p = ((s / s.max()).sqrt() + self.own('epsilon')).clamp(min=1e-4)
                self.predictor[0].weight.copy_(u @ torch.diag(p) @ u.T)
        return super().after_step(k, steps)


METHODS = {'random': Random, 'supervised': Supervised, 'simclr': SimCLR, 'barlow': Barlow, 'vicreg': VICReg,
           'byol': BYOL, 'simsiam': SimSiam, 'directpred': DirectPred}


# ---- optimisers and schedules ----

def learning_rate(recipe, base, final, k, steps):
    """Linear from 0 over the warm-up, then a cosine to `final` (or constant)."""
    warm = round(recipe['optim.warmup'] * steps / recipe['optim.epochs'])
    if k < warm:
        return base * k / warm
    if recipe['optim.schedule'] == 'constant':
        return base
    return final + (base - final) * (1 + math.cos(math.pi * (k - warm) / (steps - warm))) / 2


def adapt(recipe, group, lr):
    """LARS (1708.03888): changes the gradients, so that SGD without decay follows. larc: as in solo-learn;
    decay_in_norm: as in the released code of BYOL, Barlow Twins and VICReg."""
    trust, decay = recipe['optim.trust'], group['decay']
    larc = {'C': True, 'A': False}[recipe['optim.lars_form']]  # as recipes record larc and decay_in_norm
    for p in group['params']:
        g, w = p.grad.norm(), p.detach().norm()
        if larc:
            if w == 0 or g == 0:
                continue
            q = trust * w / (g + decay * w + 1e-8)
            if recipe['optim.lars_clip']:
                q = min(q / lr, 1) if lr > 0 else 1
            p.grad.add_(p.detach(), alpha=decay).mul_(q)
        else:
            p.grad.add_(p.detach(), alpha=decay)
            g = p.grad.norm()
            if w > 0 and g > 0:
                p.grad.mul_(trust * w / g)


class Optimiser:
    """torch's, with groups for what is decayed and for the predictor's learning rate."""
    def __init__(self, recipe, model, steps):
        self.recipe, self.steps = recipe, steps
        scale = recipe['optim.batch'] / 256 if recipe['optim.lr_scale'] == 'linear' else 1
        self.base, self.final = recipe['optim.lr'] * scale, recipe['optim.final_lr'] * scale
        self.lars = recipe['optim.name'] == 'lars'
        self.names, groups = {}, {}
        for name, p in model.named_parameters():
            if not p.requires_grad:
                continue
            part = name.split('.')[0]
            decayed = p.ndim > 1 or recipe['optim.decay_bias_norm']
            decay = recipe['optim.weight_decay'] if decayed else 0
            assert recipe.get('optim.weight_decay_' + part, 'same') in ('same', recipe['optim.weight_decay'])
            g = groups.setdefault((part == 'predictor', decayed), {
                'params': [], 'decay': decay, 'adapted': decayed, 'predictor': part == 'predictor',
                'weight_decay': 0 if self.lars else decay})
            g['params'].append(p)
            self.names[p] = name
        groups = list(groups.values())
        if recipe['optim.name'] == 'adam':
            self.torch = torch.optim.Adam(groups, betas=(recipe['optim.beta1'], recipe['optim.beta2']),
                                          eps=recipe['optim.eps'])
        else:
            self.torch = torch.optim.SGD(groups, lr=1, momentum=recipe['optim.momentum'],
                                         nesterov=recipe['optim.nesterov'] and not self.lars)

    def step(self, k):
        lr = learning_rate(self.recipe, self.base, self.final, k, self.steps)
        for g in self.torch.param_groups:
            g['lr'] = lr
            if g['predictor']:
                fixed = self.recipe['optim.predictor_lr_fixed']
                g['lr'] = (self.base if fixed else lr) * self.recipe['optim.predictor_lr_mult']
            if self.lars and g['adapted']:
                adapt(self.recipe, g, g['lr'])
        self.torch.step()
        return lr

    def state(self):
        for p, name in self.names.items():
            s = self.torch.state[p]
            slots = ('exp_avg', 'exp_avg_sq') if 'exp_avg' in s else ('momentum_buffer',)
            for i, slot in enumerate(slots):
                yield 'optim.%s.slot%d' % (name, i), s[slot]


# ---- a run ----

def state_of(model):
    out = {k: v for k, v in model.state_dict().items() if not k.endswith('num_batches_tracked')}
    if isinstance(model, DirectPred):
        out.update({'directpred.correlation': model.correlation, 'directpred.batches': model.batches})
    return out


def load(model, start):
    own = state_of(model)
    assert set(own) == set(start), set(own) ^ set(start)
    with torch.no_grad():
        for name, t in own.items():
            t.copy_(start[name])  # fails unless the shapes agree


def train(model, recipe, views, labels):
    steps, series = len(views), {}
    optimiser = Optimiser(recipe, model, steps)
    for k in range(steps):
        loss, terms, z = model([v.permute(0, 3, 1, 2) for v in views[k]], labels[k].long())
        optimiser.torch.zero_grad()
        loss.backward()
        norm = math.sqrt(sum(float(p.grad.square().sum()) for p in optimiser.names))
        spread = F.normalize(z.detach()).std(0, unbiased=False).mean()
        values = {'loss': loss, **terms, 'grad_norm': norm, 'embedding_std': spread, 'lr': optimiser.step(k),
                  **model.after_step(k, steps)}
        for name, v in values.items():
            series.setdefault(name, []).append(float(torch.as_tensor(v).detach()))
    return series, dict(optimiser.state())


def reference(path):
    inputs, meta = read_file(path)
    recipe = json.loads(meta['recipe'])
    start = {k[6:]: v for k, v in inputs.items() if k.startswith('start.')}
    model = METHODS[recipe['method']](recipe)
    load(model, start)
    model.train()
    out, slots = {}, {}
    if 'views' in inputs:
        out['views'] = np.stack([sketch(v)[:2] for v in inputs['views']])
        series, slots = train(model, recipe, inputs['views'], inputs['labels'])
        out.update(series)
    for name, t in {**state_of(model), **slots}.items():
        out['state.' + name] = np.stack([sketch(start.get(name, torch.zeros(1))), sketch(t)])
    model.eval()
    with torch.no_grad():
        out['features'] = model.encoder(inputs['images'].permute(0, 3, 1, 2)).numpy()
    return out, {'recipe': meta['recipe_hash'], 'torch': torch.__version__.split('+')[0]}


def main():
    folder, names = sys.argv[1], sys.argv[2:]
    if not names:
        names = sorted(f[:-12] for f in os.listdir(folder) if f.endswith('.safetensors'))
    for name in names:
        out, meta = reference(os.path.join(folder, name + '.safetensors'))
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + '.safetensors')
        write_file(path, out, meta)
        loss = out.get('loss', [math.nan])
        print('%-17s loss %.6g to %.6g, %d bytes' % (name, loss[0], loss[-1], os.path.getsize(path)))


if __name__ == '__main__':
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
