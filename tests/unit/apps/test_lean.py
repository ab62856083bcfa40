import json
import subprocess
import sys

SCORING = """
import importlib.util, json, sys
from tillstream.apps.wiring.lean import load_lightgbm_alone
load_lightgbm_alone()
import lightgbm, numpy as np
from tillstream.models.scoring import FraudScorer
loaded = [name for name in ("pandas", "sklearn") if name in sys.modules]
x = np.arange(400, dtype=np.float32).reshape(100, 4)
data = lightgbm.Dataset(x, (np.arange(100) > 50).astype(int), params={"verbose": -1})
booster = lightgbm.train({"objective": "binary", "verbose": -1, "min_data_in_leaf": 5}, data, 5)
scorer = FraudScorer.parse({"trees.txt": booster.model_to_string().encode()})
low, high = scorer.score(x[[0, 99]])
moved = scorer.contributions(x[99])
later = importlib.util.find_spec("pandas") is not None
print(json.dumps({"loaded": loaded, "ordered": bool(low < high), "moved": len(moved), "later": later}))
"""


def test_lightgbm_alone_scores_as_ever_and_hides_nothing_from_later_imports() -> None:
    done = subprocess.run([sys.executable, "-c", SCORING], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"loaded": [], "ordered": True, "moved": 4, "later": True}
