"""Times the step that b-step times (a ResNet-18 with the 3x3 stem, forward, backward from a random gradient,
SGD with momentum) in PyTorch, in the memory format that is faster there:
    torch_step.py [WIDTH [IMAGES [THREADS [STEPS]]]]
Prints the median images per second of each format.
"""
import statistics
import sys
import time

import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(y)) + self.shortcut(x))


def resnet18(width):
    layers = [nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
    inputs = width
    for stage in range(4):
        for block in range(2):
            outputs = width << stage
            layers.append(Block(inputs, outputs, 2 if stage and not block else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


def images_per_second(width, images, steps, memory_format):
    torch.manual_seed(1)
    net = resnet18(width).to(memory_format=memory_format)
    optim = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    views = torch.randn(2, images // 2, 3, 32, 32)
    grad = 1e-3 * torch.randn(images // 2, 8 * width)
    seconds = []
    for step in range(steps + 1):
        start = time.perf_counter()
        optim.zero_grad(set_to_none=True)
        # each view by itself, as batch norm demands
        for view in views:
            net(view.to(memory_format=memory_format)).backward(grad)
        optim.step()
        if step:
            seconds.append(time.perf_counter() - start)
    return images / statistics.median(seconds)


def main():
    argument = [int(a) for a in sys.argv[1:]] + [16, 512, 2, 7][len(sys.argv) - 1:]
    width, images, threads, steps = argument
    torch.set_num_threads(threads)
    for name, memory_format in (("NCHW", torch.contiguous_format), ("NHWC", torch.channels_last)):
        speed = images_per_second(width, images, steps, memory_format)
        print(f"PyTorch {torch.__version__}, {name}: median {speed:.1f} images/s")


main()
