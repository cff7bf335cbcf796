"""A training step of the benchmark's networks in PyTorch, as a user of PyTorch would write it.

Reads lines from standard input: `train N` or `forward N`; answers each with one line of JSON, milliseconds per step. The step
is the whole of it: latent kernels centred and clipped, sign and scale, dropout, loss, backward, the kernels' gradient rule,
Adam with weight decay added to the gradient.

    python3 train_step.py sb 1 128 2 channels_last bf16 eager            # two threads, autocast to bfloat16
    python3 train_step.py sb 1 128 2 channels_last float32 compiled      # by torch.compile
    python3 train_step.py sb 1 128 cuda channels_last float32 eager      # or tf32
"""

import json
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


# hardtanh's gradient takes bfloat16 since PyTorch 2. Looked up here, since torch.compile reads no version.
TAKES_BFLOAT16 = torch.__version__ >= "2"


class Sign(torch.autograd.Function):
    """-1 below 0, else +1; the gradient passes strictly between -1 and 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x >= 0).to(x.dtype).mul_(2).sub_(1)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        if TAKES_BFLOAT16 or g.dtype is torch.float32:
            return torch.ops.aten.hardtanh_backward(g, x, -1.0, 1.0)  # one pass over both
        return g * (x.abs() < 1).to(g.dtype)


class BinaryKernel(torch.autograd.Function):
    """mean |w| * sign(w) of each filter, with its exact gradient times the factors of the rule for latent kernels."""

    @staticmethod
    def forward(ctx, w):
        a = w.abs().mean((1, 2, 3), keepdim=True)
        s = torch.where(w < 0, -1.0, 1.0)
        ctx.save_for_backward(w, s, a)
        return s * a

    @staticmethod
    def backward(ctx, g):
        w, s, a = ctx.saved_tensors
        n = w[0].numel()
        share = 1 - 1 / w.shape[1] if w.shape[1] > 1 else 1
        through = a * g * (w.abs() <= 1).to(g.dtype)
        return (through + s * (g * s).sum((1, 2, 3), keepdim=True) / n) * (share * n)


class BinaryConv(nn.Module):
    def __init__(self, channels, filters, size, stride=1, dropout=0.0, bias=True):
        super().__init__()
        self.conv = nn.Conv2d(channels, filters, size, stride, size // 2, bias=bias)
        self.dropout = dropout

    def project(self):
        w = self.conv.weight
        if w.shape[1] > 1:
            w.sub_(w.mean(1, keepdim=True))
        w.clamp_(-1, 1)

    def forward(self, x):
        x = Sign.apply(x)
        if self.dropout:
            x = F.dropout(x, self.dropout, self.training)
        conv = self.conv
        return F.conv2d(x, BinaryKernel.apply(conv.weight), conv.bias, conv.stride, conv.padding)


def norm(channels, affine=True):
    return nn.BatchNorm2d(channels, eps=1e-4, momentum=0.1, affine=affine)


def block(channels, filters, size, dropout=0.0):
    return [norm(channels), BinaryConv(channels, filters, size, 1, dropout), nn.ReLU(inplace=True)]


def nin(binary, width):
    narrow, wide = max(1, round(96 * width)), max(1, round(192 * width))
    first = block(3, wide, 5) if binary == "ab" else [nn.Conv2d(3, wide, 5, 1, 2), norm(wide, False), nn.ReLU(inplace=True)]
    last = block(wide, 10, 1) if binary == "ab" else [norm(wide, False), nn.Conv2d(wide, 10, 1), nn.ReLU(inplace=True)]
    return nn.Sequential(
        *first,
        *block(wide, narrow, 1),
        nn.MaxPool2d(3, 2, 1),
        *block(narrow, wide, 5, 0.5),
        *block(wide, wide, 1),
        nn.AvgPool2d(3, 2, 1),
        *block(wide, wide, 3, 0.5),
        *block(wide, wide, 1),
        *last,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
    )


class Unit(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.conv = BinaryConv(channels, filters, 3, stride, bias=False)
        self.bn = norm(filters)
        self.shortcut = None
        if stride > 1:
            self.shortcut = nn.Sequential(nn.AvgPool2d(2), nn.Conv2d(channels, filters, 1, bias=False), norm(filters))

    def forward(self, x):
        return self.bn(self.conv(x)) + (self.shortcut(x) if self.shortcut else x)


def resnet20(width):
    stages = [max(1, round(c * width)) for c in (16, 32, 64)]
    layers, channels = [nn.Conv2d(3, stages[0], 3, 1, 1, bias=False), norm(stages[0])], stages[0]
    for stage, filters in enumerate(stages):
        for i in range(6):
            layers.append(Unit(channels, filters, 2 if stage and i == 0 else 1))
            channels = filters
    return nn.Sequential(*layers, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def main():
    net, width, batch, device, layout, dtype, how = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:8]
    if device != "cuda":
        torch.set_num_threads(int(device))
        device = "cpu"
    elif not torch.cuda.is_available():
        sys.exit("PyTorch: no CUDA device here")
    # A convolution of PyTorch on CUDA rounds its factors to 10 bits (TF32) unless it is told not to.
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = dtype == "tf32"
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(1)
    model = resnet20(width) if net == "resnet20" else nin(net, width)
    x, y = torch.randn(batch, 3, 32, 32), torch.arange(batch) % 10
    if layout == "channels_last":
        model = model.to(memory_format=torch.channels_last)
        x = x.contiguous(memory_format=torch.channels_last)
    model, x, y = model.to(device), x.to(device), y.to(device)
    binary = [module for module in model.modules() if isinstance(module, BinaryConv)]
    optimizer = torch.optim.Adam(model.parameters(), 1e-3, weight_decay=1e-5)

    if how == "compiled":
        if not hasattr(torch, "compile"):
            sys.exit(f"PyTorch {torch.__version__} has no torch.compile")
        model = torch.compile(model)

    def project():
        with torch.no_grad():
            for module in binary:
                module.project()

    def train():
        model.train()
        project()
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast(device, torch.bfloat16, dtype == "bf16"):
            loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    def forward():
        model.eval()
        project()
        with torch.no_grad(), torch.autocast(device, torch.bfloat16, dtype == "bf16"):
            return model(x).sum()

    # What its own kernels make of the processor, such as AVX2.
    capability = torch.__config__.show().partition("CPU capability usage: ")[2].partition("\n")[0]
    version = f"PyTorch {torch.__version__}" + (f", {torch.cuda.get_device_name()}" if device == "cuda" else f" ({capability})")
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        what, count = line.split()
        # A GPU works on while the next steps are begun; the last result waits for all of them.
        start = time.perf_counter()
        for _ in range(int(count)):
            last = (train if what == "train" else forward)()
        last.item()
        milliseconds = 1000 * (time.perf_counter() - start) / int(count)
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"milliseconds": milliseconds, "rss": rss}), flush=True)


main()
