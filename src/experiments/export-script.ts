/**
 * The script that goes with an export: Python's standard library alone. It reads exposures.csv and specification.json beside it, computes
 * the numbers again, and ends with 1 where one differs.
 */
export const exportScript = `#!/usr/bin/env python3
"""Computes the numbers of an experiment again from exposures.csv and specification.json.

Standard library only. Exit code 0: all numbers agree. 1: one differs.
"""
import csv
import json
import math
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SHOWN_ALPHA = 0.05


def read(name):
    return open(os.path.join(HERE, name), encoding="utf-8", newline="")


def value_of(row, metric):
    """Thousandths: of money, or of a person who ordered."""
    kind = metric["kind"]
    if kind == "orders":
        return 1000 if row["orders"] > 0 else 0
    if kind == "repeat-orders":
        return 1000 if row["orders"] > 1 else 0
    if kind == "revenue":
        return row["net"]
    rate = math.floor(metric["marginRate"] * 1000000 + 0.5)
    return row["margin"] + ((row["bareNet"] + row["bareDiscount"]) * rate + 500000) // 1000000 - row["bareDiscount"]


def cap_of(values):
    """The 0.99 quantile (type 7) of all arms' buyers together."""
    buyers = sorted((value for value in values if value > 0), reverse=True)
    if not buyers:
        return None
    rank = (len(buyers) - 1) * (1 - 0.99)
    place = math.floor(rank)
    high = buyers[place]
    low = buyers[place + 1] if place + 1 < len(buyers) else high
    return math.floor(high - (rank - place) * (high - low) + 0.5)


def variance(arm):
    return max(0.0, arm["sumSquares"] - arm["sum"] ** 2 / arm["people"]) / (arm["people"] - 1)


def effect_of(control, arm, rules, challengers):
    """Difference per 1,000 people with the interval of a confidence sequence (Waudby-Smith et al. 2024)."""
    error = math.sqrt(variance(control) / control["people"] + variance(arm) / arm["people"])
    value = arm["sum"] / arm["people"] - control["sum"] / control["people"]
    planned = rules["plannedPeople"] * 2 / (challengers + 1)
    ln = -2 * math.log(SHOWN_ALPHA)
    rho2 = (ln + math.log1p(ln)) / planned
    scale = (control["people"] + arm["people"]) * rho2
    half = error * math.sqrt(2 * (scale + 1) / scale * math.log(math.sqrt(scale + 1) / SHOWN_ALPHA))
    return {"value": value, "standardError": error, "low": value - half, "high": value + half}


def ln_rising(a, n):
    return math.lgamma(a + n) - math.lgamma(a)


def ln_split_factor(stretches, concentration=10):
    """Dirichlet against the weights themselves, stretch by stretch (Lindon & Malek 2022)."""
    ln, seen, expected = 0.0, None, None
    for stretch in stretches:
        observed, weights = stretch["observed"], stretch["weights"]
        whole = sum(weights)
        if any(n > 0 and not w > 0 for n, w in zip(observed, weights)):
            return math.inf
        shares = [w / whole for w in weights]
        seen = seen or [0] * len(shares)
        expected = expected or [0.0] * len(shares)
        bent = [
            0 if share == 0 else share * (concentration * share + s) / (concentration * share + e)
            for share, s, e in zip(shares, seen, expected)
        ]
        prior = [b / sum(bent) * (concentration + sum(seen)) for b in bent]
        people = sum(observed)
        ln += sum(ln_rising(p, n) - n * math.log(share) for p, n, share in zip(prior, observed, shares) if n > 0)
        ln -= ln_rising(sum(prior), people)
        seen = [s + n for s, n in zip(seen, observed)]
        expected = [e + share * people for e, share in zip(expected, shares)]
    return ln


def main():
    with read("specification.json") as file:
        specification = json.load(file)
    definition, inputs, expected = specification["definition"], specification["inputs"], specification["expected"]
    numbers = ["version", "at", "windowMs", "orders", "net", "discount", "margin", "bareNet", "bareDiscount", "refunded"]
    with read("exposures.csv") as file:
        rows = [{**row, **{name: int(row[name]) for name in numbers}} for row in csv.DictReader(file)]
    as_of = specification["asOfMs"]
    counted = [row for row in rows if row["at"] <= as_of and row["hasTwoArms"] == "false" and row["isLater"] == "false"]
    done = [row for row in counted if row["at"] + row["windowMs"] <= as_of]
    values = [value_of(row, definition["metric"]) for row in done]
    is_money = definition["metric"]["kind"] in ("margin", "revenue")
    cap = cap_of(values) if is_money else None

    arms = {}
    for row, value in zip(done, values):
        capped = value if cap is None else min(value, cap)
        arm = arms.setdefault(row["arm"], {"people": 0, "sum": 0, "sumSquares": 0, "ordered": 0})
        arm["people"] += 1
        arm["sum"] += capped
        arm["sumSquares"] += capped * capped
        arm["ordered"] += row["orders"] > 0

    differing = 0

    def compare(what, mine, theirs):
        nonlocal differing
        same = mine == theirs or (mine is not None and theirs is not None and math.isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-9))
        differing += not same
        print(f"{'same   ' if same else 'DIFFERS'}  {what}: {mine}" + ("" if same else f", Sojourn says {theirs}"))

    compare("cap", cap, inputs["cap"])
    for told in [inputs["control"], *inputs["challengers"], *inputs["holdouts"]]:
        mine = arms.get(told["arm"], {"people": 0, "sum": 0, "sumSquares": 0, "ordered": 0})
        for name in ("people", "sum", "sumSquares", "ordered"):
            compare(f"{told['arm']} {name}", mine[name], told[name])
    control = arms.get(inputs["control"]["arm"])
    for told in expected["effects"]:
        mine = effect_of(control, arms[told["arm"]], inputs["rules"], len(inputs["challengers"]))
        compare(f"{told['arm']} effect per 1,000", mine["value"], told["value"])
        compare(f"{told['arm']} standard error", mine["standardError"], told["standardError"])
        compare(f"{told['arm']} low", mine["low"], told["interval"][0])
        compare(f"{told['arm']} high", mine["high"], told["interval"][1])
    weights = {}
    for row in counted:
        counts = weights.setdefault(row["version"], {})
        counts[row["arm"]] = counts.get(row["arm"], 0) + 1
    ids = [arm["id"] for arm in definition["arms"]]
    for (_, counts), told in zip(sorted(weights.items()), inputs["stretches"]):
        compare("people by arm", sum(counts.get(one, 0) * (n + 1) for n, one in enumerate(ids)), sum(c * (n + 1) for n, c in enumerate(told["observed"])))
    factor = max(0.0, ln_split_factor(inputs["stretches"]))
    compare("split p", min(1.0, math.exp(-factor)), expected["splitP"])
    print("All numbers agree." if differing == 0 else f"{differing} numbers differ.")
    return 0 if differing == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
`;
