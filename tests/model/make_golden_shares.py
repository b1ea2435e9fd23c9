"""Write golden_shares.json for the shipped weights; run after releasing new ones."""

from __future__ import annotations

import json
from pathlib import Path

from gazecast.analysis.regions import Region, region_share
from gazecast.model.predictor import Predictor

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"


def main() -> None:
    predictor = Predictor()
    shares = {}
    for path in sorted(EXAMPLES.glob("*.regions.json")):
        name = path.name.removesuffix(".regions.json")
        prediction = predictor.predict(EXAMPLES / f"{name}.png")
        shares[name] = {
            "domain": prediction.domain.name,
            "regions": {
                region["name"]: round(region_share(prediction.density, Region(**region)), 5)
                for region in json.loads(path.read_text())
            },
        }
    golden = {"model": predictor.info.sha256, "shares": shares}
    HERE.joinpath("golden_shares.json").write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
