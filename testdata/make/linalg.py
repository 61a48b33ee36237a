"""What NumPy makes of some matrices: testdata/linalg/cases.json and files of one array beside it.

Answers that are free to choose signs or an order are brought into the form that Lazuli's documentation states.
"""

import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent.parent / "linalg"
RANDOM = np.random.default_rng(42)


def with_positive_lead(columns):
    """Each column with its number of the greatest magnitude, the first of several, real and positive."""
    signed = []
    for column in np.asarray(columns).T:
        sizes = np.abs(column)
        lead = column[np.argmax(sizes > sizes.max() * (1 - 1e-12))]
        signed.append(column * np.conj(lead) / np.abs(lead))
    return np.array(signed).T


def qr(a):
    q, r = np.linalg.qr(a)
    signs = np.where(np.diag(r) < 0, -1.0, 1.0)
    return {"q": (q * signs).tolist(), "r": (r.T * signs).T.tolist()}


def svd(a):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    leads = [row[np.argmax(np.abs(row))] for row in vt]
    signs = np.where(np.array(leads) < 0, -1.0, 1.0)
    return {"u": (u * signs).tolist(), "s": s.tolist(), "vt": (vt.T * signs).T.tolist()}


def eig(a):
    values, vectors = np.linalg.eig(a)
    order = np.lexsort((values.imag, np.round(values.real, 9)))
    vectors = with_positive_lead(vectors[:, order])
    return {
        "real": values.real[order].tolist(),
        "imaginary": np.imag(values[order]).tolist(),
        "vectors": vectors.real.tolist(),
        "imaginary_vectors": vectors.imag.tolist(),
    }


def case(name, a, b):
    """All answers that the matrix has; `b` is the right side of equations."""
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    solution, _, rank, _ = np.linalg.lstsq(a, b, rcond=None)
    found = {
        "name": name,
        "a": a.tolist(),
        "b": b.tolist(),
        "at_b": (a.T @ b).tolist(),
        "qr": qr(a),
        "svd": svd(a),
        "rank": int(rank),
        "lstsq": solution.tolist(),
        "pinv": np.linalg.pinv(a).tolist(),
        "norms": [float(np.linalg.norm(a, norm)) for norm in ("fro", 1, np.inf, 2)],
    }
    if a.shape[0] == a.shape[1]:
        found["det"] = float(np.linalg.det(a))
        found["trace"] = float(np.trace(a))
        found["eig"] = eig(a)
        if rank == a.shape[0]:
            found["inv"] = np.linalg.inv(a).tolist()
            found["solve"] = np.linalg.solve(a, b).tolist()
        if (a == a.T).all():
            values, vectors = np.linalg.eigh(a)
            found["eigh"] = {"values": values.tolist(), "vectors": with_positive_lead(vectors).tolist()}
    return found


def main():
    FOLDER.mkdir(exist_ok=True)
    symmetric = RANDOM.normal(size=(5, 5))
    cases = [
        case("two by two", [[4, 7], [2, 6]], [[1], [0]]),
        case("triangular", [[2, -1, 0], [0, 3, 5], [0, 0, -4]], [[1, 2], [3, 4], [5, 6]]),
        case("symmetric", symmetric + symmetric.T, RANDOM.normal(size=(5, 1))),
        case("turn and stretch", [[0, -2, 0], [8, 0, 0], [0, 0, 3]], [[1], [1], [1]]),
        case("any", RANDOM.normal(size=(6, 6)), RANDOM.normal(size=(6, 2))),
        case("tall", RANDOM.normal(size=(7, 3)), RANDOM.normal(size=(7, 2))),
        case("wide", RANDOM.normal(size=(3, 6)), RANDOM.normal(size=(3, 1))),
        case("of rank 1", np.outer([1, 2, 3, 4], [1, -1, 2]), [[1], [0], [2], [1]]),
        case("large and small", [[1e4, 1], [1, 1e-2]], [[1], [2]]),
        case("ten", RANDOM.normal(size=(10, 10)), RANDOM.normal(size=(10, 1))),
    ]
    (FOLDER / "cases.json").write_text(json.dumps(cases, indent=0).replace("\n", " ").replace("}, {", "},\n{") + "\n")
    np.save(FOLDER / "float64_rows.npy", np.arange(6.0).reshape(2, 3) / 4)
    np.save(FOLDER / "int16_columns.npy", np.asfortranarray(np.arange(-3, 3, dtype=">i2").reshape(3, 2)))
    np.save(FOLDER / "bool_one_axis.npy", np.array([True, False, True]))
    np.save(FOLDER / "float32_number.npy", np.float32(1.5))
    np.save(FOLDER / "text.npy", np.array(["a", "b"]))


main()
