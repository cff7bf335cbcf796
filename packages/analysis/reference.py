"""The numbers that the tests of this package hold it against, by SciPy and scikit-learn.

python3 -m venv /tmp/reference && /tmp/reference/bin/pip install scipy==1.17.1 scikit-learn==1.9.1
/tmp/reference/bin/python packages/analysis/reference.py
"""

import numpy as np
from scipy import optimize, special, stats
from sklearn import metrics

rows, classes = 40, 4
labels = np.arange(rows) * 7 % classes
labels = np.where(np.arange(rows) % 3 == 0, 1, labels)


def logits(member):
    """As in test/example-logits.ts: [rows, classes], float32."""
    i, k = np.meshgrid(np.arange(rows), np.arange(classes), indexing="ij")
    z = 2 * np.sin(3 * i + 5 * k + 11 * member + i * k) + 1.5 * (k == labels[:, None])
    return z.astype(np.float32).astype(np.float64)


z = logits(0)


def likelihood(scores, temperature):
    return metrics.log_loss(labels, special.softmax(scores / temperature, axis=1), labels=range(classes))


def calibration(temperature, bins=10):
    p = special.softmax(z / temperature, axis=1)
    right, confidence = p.argmax(1) == labels, p.max(1)
    which = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    table = [(int(n), confidence[which == b].mean(), right[which == b].mean()) for b in range(bins) if (n := (which == b).sum()) > 0]
    error = sum(n / rows * abs(c - a) for n, c, a in table)
    brier = metrics.brier_score_loss(labels, p, labels=range(classes), scale_by_half=False)
    return likelihood(z, temperature), brier, error, table


print("wilson 81 of 263", stats.binomtest(81, 263).proportion_ci(method="wilson"))
print("calibration T=1", calibration(1))
print("calibration T=2.5", calibration(2.5))
for name, scores in {"one": z, "a sum": z + 3 * logits(3)}.items():
    best = optimize.minimize_scalar(lambda t: likelihood(scores, t), bounds=(0.01, 100), method="bounded", options={"xatol": 1e-10})
    print("temperature,", name, best.x, best.fun)

members = [logits(m).argmax(1) for m in range(3)]
a, b = (m == labels for m in members[:2])
only = int((a & ~b).sum()), int((b & ~a).sum())
print("mcnemar", only, stats.binomtest(min(only), sum(only)).pvalue)
for fewer, discordant in (3, 10), (30, 80), (300, 700):
    print("mcnemar", fewer, discordant - fewer, stats.binomtest(fewer, discordant).pvalue)
print("confusion", metrics.confusion_matrix(labels, members[0]).tolist())
precision, recall, _, support = metrics.precision_recall_fscore_support(labels, members[0])
print("precision", precision.tolist(), "recall", recall.tolist(), "support", support.tolist())
print("accuracy", [float(((labels == k) == (members[0] == k)).mean()) for k in range(classes)])
for first, second in (0, 1), (0, 2), (1, 2):
    p, q = members[first], members[second]
    wrong = (p != labels) & (q != labels)
    print("pair", first, second, (p != q).mean(), wrong.mean(), metrics.cohen_kappa_score(p, q))
confidence = special.softmax(z, axis=1).max(1)
order = np.argsort(-confidence)
risks = np.cumsum(members[0][order] != labels[order]) / np.arange(1, rows + 1)
print("risk", risks.mean(), risks[[9, 19, 29, 39]].tolist(), confidence[order][[9, 39]].tolist())
