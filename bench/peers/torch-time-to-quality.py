"""Peer of bench/time-to-quality.mjs: the same NeuMF on the same interactions in eager PyTorch. Prints a JSON line an epoch.

  python bench/peers/torch-time-to-quality.py --data FOLDER [--seed 1 --threads 2 --device cuda --batch-size 8192 --learning-rate 0.004 --epochs 12]

FOLDER holds uint32 columns: train-users, train-items, validation-users and validation-items [cases, width], the positive first.
Negatives are drawn for a whole epoch at once, uniform over the items that the user lacks: draw, look the pairs up in a mask of
[users, items], draw again where seen. Tables start at N(0, 0.01), the tower at Glorot's uniform, the head at LeCun's, as ours do.
"""
import argparse
import json
import math
import os

import numpy
import torch
from torch import nn

arguments = argparse.ArgumentParser()
arguments.add_argument("--data", required=True)
arguments.add_argument("--users", type=int, required=True)
arguments.add_argument("--items", type=int, required=True)
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--device", default="cpu")
arguments.add_argument("--batch-size", type=int, default=8192)
arguments.add_argument("--learning-rate", type=float, default=0.004)
arguments.add_argument("--epochs", type=int, default=12)
arguments.add_argument("--negatives", type=int, default=4)
arguments.add_argument("--gmf", type=int, default=8)
arguments.add_argument("--embedding", type=int, default=32)
arguments.add_argument("--layers", default="64,32,16,8")
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)
layers = [int(width) for width in options.layers.split(",")]


def column(name):
    return torch.from_numpy(numpy.fromfile(os.path.join(options.data, name), dtype="<u4").astype("int64")).to(options.device)


class NeuMF(nn.Module):
    def __init__(self):
        super().__init__()
        self.user_gmf, self.item_gmf = nn.Embedding(options.users, options.gmf), nn.Embedding(options.items, options.gmf)
        self.user_mlp, self.item_mlp = nn.Embedding(options.users, options.embedding), nn.Embedding(options.items, options.embedding)
        tower = []
        for inputs, outputs in zip(layers, layers[1:]):
            tower += [nn.Linear(inputs, outputs), nn.ReLU()]
        self.tower = nn.Sequential(*tower)
        self.head = nn.Linear(options.gmf + layers[-1], 1)
        for table in (self.user_gmf, self.item_gmf, self.user_mlp, self.item_mlp):
            nn.init.normal_(table.weight, std=0.01)
        for layer in self.tower:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        bound = math.sqrt(3 / self.head.in_features)
        nn.init.uniform_(self.head.weight, -bound, bound)
        nn.init.zeros_(self.head.bias)

    def forward(self, user, item):
        product = self.user_gmf(user) * self.item_gmf(item)
        hidden = self.tower(torch.cat([self.user_mlp(user), self.item_mlp(item)], 1))
        return self.head(torch.cat([product, hidden], 1)).squeeze(1)


users, items = column("train-users"), column("train-items")
validation_users = column("validation-users")
validation_items = column("validation-items").view(len(validation_users), -1)
seen = torch.zeros(options.users * options.items, dtype=torch.bool, device=options.device)
seen[users * options.items + items] = True


def epoch_samples():
    owners = users.repeat_interleave(options.negatives)
    drawn = torch.randint(options.items, (len(owners),), device=options.device)
    wrong = seen[owners * options.items + drawn].nonzero().squeeze(1)
    while len(wrong) > 0:
        drawn[wrong] = torch.randint(options.items, (len(wrong),), device=options.device)
        wrong = wrong[seen[owners[wrong] * options.items + drawn[wrong]]]
    order = torch.randperm(len(users) + len(owners), device=options.device)
    labels = torch.zeros(len(order), device=options.device)
    labels[: len(users)] = 1
    return torch.cat([users, owners])[order], torch.cat([items, drawn])[order], labels[order]


@torch.no_grad()
def hit_rate_at_10():
    width = validation_items.shape[1]
    scores = model(validation_users.repeat_interleave(width), validation_items.flatten()).view(-1, width)
    better = (scores[:, 1:] >= scores[:, :1]).sum(1)  # a tie counts against the positive
    return (better < 10).float().mean().item()


model = NeuMF().to(options.device)
optimizer = torch.optim.Adam(model.parameters(), options.learning_rate)
loss_of = nn.BCEWithLogitsLoss()
for epoch in range(1, options.epochs + 1):
    columns = epoch_samples()
    for user, item, label in zip(*(values.split(options.batch_size) for values in columns)):
        loss = loss_of(model(user, item), label)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    print(json.dumps({"epoch": epoch, "hitRateAt10": round(hit_rate_at_10(), 4), "torch": torch.__version__}), flush=True)
