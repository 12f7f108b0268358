"""A training step of Barlow Twins in PyTorch, as the measure for `ssl run` in device.sh.

ResNet-18 with the CIFAR stem or ResNet-50 with its own, a head of three layers, two views of synthetic images that lie
on the device (no augmentation, no input from disk), SGD with momentum. Prints one line: images/s of eager steps, and of
the same step as a CUDA graph; an image is two views. `-` stands for what did not work, with the reason on stderr.

    python3 bench_torch.py --arch 18 --images 256 --pixels 32 --head 2048 --precision bf16
"""
import argparse
import sys
import time

import torch
from torch import nn


class Block(nn.Module):
    """A basic block (expansion 1) or a bottleneck (expansion 4)."""

    def __init__(self, inputs, width, stride, expansion):
        super().__init__()
        outputs = width * expansion
        if expansion == 1:
            plan = [(inputs, width, 3, stride), (width, width, 3, 1)]
        else:
            plan = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        layers = []
        for a, b, k, s in plan:
            layers += [nn.Conv2d(a, b, k, s, k // 2, bias=False), nn.BatchNorm2d(b), nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*layers[:-1])
        self.skip = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.skip = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return torch.relu(self.body(x) + self.skip(x))


def encoder(arch, width):
    """The encoder and the size of its features."""
    expansion, depths = (1, (2, 2, 2, 2)) if arch == 18 else (4, (3, 4, 6, 3))
    if arch == 18:
        layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    else:
        layers = [nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True),
                  nn.MaxPool2d(3, 2, 1)]
    inputs = width
    for stage, depth in enumerate(depths):
        for i in range(depth):
            layers.append(Block(inputs, width << stage, 2 if stage and not i else 1, expansion))
            inputs = (width << stage) * expansion
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten()), inputs


def head(inputs, width):
    return nn.Sequential(nn.Linear(inputs, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True),
                         nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(inplace=True),
                         nn.Linear(width, width, bias=False))


def barlow(a, b):
    n = len(a)
    a = (a - a.mean(0)) / (a.var(0, unbiased=False) + 1e-5).sqrt()
    b = (b - b.mean(0)) / (b.var(0, unbiased=False) + 1e-5).sqrt()
    c = a.t() @ b / n
    diagonal = c.diagonal()
    return (diagonal - 1).square().sum() + 0.0051 * (c.square().sum() - diagonal.square().sum())


class Step:
    def __init__(self, o, device):
        torch.manual_seed(1)
        body, features = encoder(o.arch, o.width)
        self.net = nn.Sequential(body, head(features, o.head)).to(device).to(memory_format=torch.channels_last)
        self.views = [torch.randn(o.images, 3, o.pixels, o.pixels, device=device).contiguous(
            memory_format=torch.channels_last) for _ in range(2)]
        self.optimiser = torch.optim.SGD(self.net.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4)
        self.device, self.bf16 = device, o.precision == "bf16"

    def __call__(self):
        self.optimiser.zero_grad(set_to_none=True)
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.bf16, cache_enabled=False):
            a, b = (self.net(v) for v in self.views)
        loss = barlow(a.float(), b.float())
        loss.backward()
        self.optimiser.step()
        return loss


def rate(step, o, device):
    """Images/s, after steps to warm up."""
    sync = torch.cuda.synchronize if device == "cuda" else (lambda: None)
    for _ in range(o.warm):
        step()
    sync()
    start, steps = time.perf_counter(), 0
    while steps < o.steps or (time.perf_counter() - start < o.seconds and steps < 1000):
        step()
        steps += 1
        if steps % o.steps == 0:
            sync()
    sync()
    return o.images * steps / (time.perf_counter() - start)


def captured(o):
    """The step as a CUDA graph, after warm-up on a side stream as PyTorch's manual asks."""
    step = Step(o, "cuda")
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    step.graph = graph  # its memory lives as long as the step
    return graph.replay


def measured(make, o, device):
    try:
        return f"{rate(make(), o, device):.0f}"
    except Exception as e:  # the other form is still worth measuring
        print(f"bench_torch.py: {type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}", file=sys.stderr)
        return "-"


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--arch", type=int, choices=(18, 50), default=18)
    p.add_argument("--width", type=int, default=64)
    p.add_argument("--images", type=int, default=256)
    p.add_argument("--pixels", type=int, default=32)
    p.add_argument("--head", type=int, default=2048)
    p.add_argument("--precision", choices=("f32", "tf32", "bf16"), default="f32")
    p.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    p.add_argument("--seconds", type=float, default=1.5)
    p.add_argument("--steps", type=int, default=5)
    p.add_argument("--warm", type=int, default=5)
    o = p.parse_args()
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = o.precision == "tf32"
    torch.backends.cudnn.benchmark = True
    eager = measured(lambda: Step(o, o.device), o, o.device)
    graph = measured(lambda: captured(o), o, "cuda") if o.device == "cuda" else "-"
    print("eager", eager, "graph", graph)


if __name__ == "__main__":
    main()
