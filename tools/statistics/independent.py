"""Computes test/statistics/independent.json: what other implementations say, on a grid, with the versions of the packages.

Not part of the checks: the tests read the file. To make it anew, with Python 3.11:

    python -m venv grid && grid/bin/pip install statsmodels==0.15.0 gbstats==0.8.0 spotify-confidence==4.1.0 scipy==1.17.1
    grid/bin/python tools/statistics/independent.py test/statistics/independent.json

The inputs come from a seeded generator, so the same packages give the same file.
"""

import json
import sys
import warnings
from importlib.metadata import version

warnings.filterwarnings("ignore")

import numpy as np  # noqa: E402
from gbstats.bayesian.tests import EffectBayesianABTest, EffectBayesianConfig, GaussianPrior  # noqa: E402
from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest  # noqa: E402
from gbstats.models.statistics import (  # noqa: E402
    ProportionStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)
from scipy import integrate, special, stats  # noqa: E402
from spotify_confidence.analysis.frequentist.sequential_bound_solver import bounds  # noqa: E402
from statsmodels.stats import meta_analysis, multitest, power, proportion, weightstats  # noqa: E402

chance = np.random.default_rng(20261130)
pairs = [(5, 83, 12, 99), (1, 40, 9, 44), (500, 10000, 565, 10000), (122, 21306, 189, 21387), (122, 21306, 267, 21307),
         (3000, 60000, 3001, 60000), (70, 71, 60, 71), (31250, 625000, 31900, 626000), (9, 1000, 2, 9000), (40, 80, 40, 80)]


def two_proportions(x1, n1, x2, n2):
    z, p = proportion.proportions_ztest([x2, x1], [n2, n1])
    interval = lambda **how: list(proportion.confint_proportions_2indep(x2, n2, x1, n1, **how))  # noqa: E731
    return {
        "in": [x1, n1, x2, n2], "z": z, "p": p,
        "wald": interval(method="wald"), "newcombe": interval(method="newcomb"),
        "logRatio": [end - 1 for end in interval(method="log", compare="ratio", correction=False)],
        "fisher": stats.fisher_exact([[x1, n1 - x1], [x2, n2 - x2]])[1],
    }


def money(people, rate, mean, spread):
    return np.where(chance.random(people) < rate, np.round(np.exp(chance.normal(np.log(mean), spread, people)), 2), 0.0)


def sums(values):
    return [len(values), float(values.sum()), float((values**2).sum())]


def mean_statistic(values):
    return SampleMeanStatistic(*sums(values))


def welch(one, other):
    compared = weightstats.CompareMeans(weightstats.DescrStatsW(other), weightstats.DescrStatsW(one))
    t, p, df = compared.ttest_ind(usevar="unequal")
    relative = TwoSidedTTest(mean_statistic(one), mean_statistic(other), FrequentistConfig(difference_type="relative")).compute_result()
    return {
        "in": [sums(one), sums(other)], "t": t, "p": p, "df": df, "interval": list(compared.tconfint_diff(usevar="unequal")),
        "relative": {"value": relative.expected, "p": relative.p_value, "interval": list(relative.ci)},
    }


def adjusted(post, past, theta):
    return RegressionAdjustedStatistic(
        n=len(post), post_statistic=mean_statistic(post), pre_statistic=mean_statistic(past), post_pre_sum_of_products=float((post * past).sum()), theta=theta
    )


def cuped(people, link):
    pasts = [money(people, 0.4, 40, 1), money(people + 37, 0.4, 40, 1)]
    posts = [link * past + money(len(past), 0.3, 30, 1) for past in pasts]
    posts[1] = posts[1] * 1.05
    theta = compute_theta(*[adjusted(post, past, 0) for post, past in zip(posts, pasts)])
    found = TwoSidedTTest(*[adjusted(post, past, theta) for post, past in zip(posts, pasts)], FrequentistConfig(difference_type="absolute")).compute_result()
    arms = [[*sums(post), *sums(past)[1:], float((post * past).sum())] for post, past in zip(posts, pasts)]
    return {"in": arms, "theta": theta, "difference": found.expected, "p": found.p_value, "interval": list(found.ci)}


def ratios(people):
    sends = [chance.integers(1, 9, people), chance.integers(1, 8, people + 11)]
    revenues = [money(len(per), 0.3, 25, 0.8) * per / 4 for per in sends]
    arms = [
        RatioStatistic(n=len(per), m_statistic=mean_statistic(revenue), d_statistic=SampleMeanStatistic(*sums(per.astype(float))), m_d_sum_of_products=float((revenue * per).sum()))
        for revenue, per in zip(revenues, sends)
    ]
    given = [[*sums(revenue), *sums(per.astype(float))[1:], float((revenue * per).sum())] for revenue, per in zip(revenues, sends)]
    return {"in": given, "ratios": [arm.mean for arm in arms], "errors": [float(np.sqrt(arm.variance / arm.n)) for arm in arms]}


def sequence(x1, n1, x2, n2, planned, alpha):
    arms = [ProportionStatistic(n=n1, sum=x1), ProportionStatistic(n=n2, sum=x2)]
    test = SequentialTwoSidedTTest(*arms, SequentialConfig(difference_type="absolute", alpha=alpha, sequential_tuning_parameter=planned))
    return {
        "in": [x2 / n2 - x1 / n1, float(np.sqrt(test.variance)), n1 + n2, planned, alpha],
        "interval": [float(end) for end in test.confidence_interval], "p": float(test.p_value),
    }


def effect(one, other, prior_mean, prior_deviation):
    prior = GaussianPrior(prior_mean, prior_deviation**2, True)
    config = EffectBayesianConfig(difference_type="absolute", prior_type="absolute", prior_effect=prior)
    found = EffectBayesianABTest(mean_statistic(one), mean_statistic(other), config).compute_result()
    value, error = other.mean() - one.mean(), float(np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other)))
    return {
        "in": [value, error, prior_mean, prior_deviation], "chance": found.chance_to_win, "interval": list(found.ci),
        "lossOfTreatment": found.risk[1], "lossOfControl": found.risk[0],
    }


def shares_chance(x1, n1, x2, n2):
    one, other = stats.beta(1 + x1, 1 + n1 - x1), stats.beta(1 + x2, 1 + n2 - x2)
    at = [other.ppf(q) for q in (1e-13, 1e-6, 0.01, 0.5, 0.99, 1 - 1e-6, 1 - 1e-13)]
    found = sum(integrate.quad(lambda x: other.pdf(x) * one.cdf(x), a, b, epsabs=1e-13, epsrel=1e-12)[0] for a, b in zip(at, at[1:]))
    return {"in": [x1, n1, x2, n2], "chance": found}


def planned_looks(information, alpha, phi):
    return {"in": [information, alpha, phi], "z": [float(z) for z in bounds(np.array(information), alpha=alpha, rho=phi, ztrun=8.0, sides=2).bounds]}


def split(observed, weights):
    expected = np.array(weights) / sum(weights) * sum(observed)
    chi, p = stats.chisquare(observed, expected)
    return {"in": [observed, weights], "chiSquare": chi, "p": p}


def many(count):
    ps = np.round(chance.beta(0.4, 1.5, count), 6)
    return {"in": ps.tolist(), "holm": multitest.multipletests(ps, method="holm")[1].tolist(), "bh": multitest.multipletests(ps, method="fdr_bh")[1].tolist()}


def studies(count, spread):
    variances = chance.uniform(0.01, 0.2, count)
    values = chance.normal(0.2, np.sqrt(variances + spread**2))
    by = lambda method: float(meta_analysis.combine_effects(values, variances, method_re=method).tau2)  # noqa: E731
    return {"in": [values.tolist(), variances.tolist()], "q": float(meta_analysis.combine_effects(values, variances).q), "dersimonianLaird": max(0.0, by("chi2")), "pauleMandel": max(0.0, by("iterated"))}


def special_functions():
    shapes = [(0.5, 0.5), (2, 3), (41, 960), (501, 9501), (0.5, 5000), (31251, 593751), (1, 2_000_000), (2_000_000, 1), (1e6, 1e6), (3e6, 6e7)]
    shares = [1e-9, 1e-4, 0.025, 0.5, 0.975, 1 - 1e-6]
    return {
        "betaQuantile": [[q, a, b, float(special.betaincinv(a, b, q))] for a, b in shapes for q in shares],
        "betaCdf": [[x, a, b, float(special.betainc(a, b, x))] for a, b in shapes for x in (a / (a + b) * 0.97, a / (a + b), min(0.9999, a / (a + b) * 1.01))],
        "chiSquareAbove": [[x, df, float(special.gammaincc(df / 2, x / 2))] for df in (1, 2, 3, 7, 30) for x in (0.001, 0.5, 3, 10.83, 60, 400, 1500)],
        "studentTwoSided": [[t, df, float(2 * stats.t.sf(t, df))] for df in (1.5, 9, 120.7, 15853.4, 3e6) for t in (0.01, 0.8, 1.96, 3.3, 6)],
        "criticalT": [[alpha, df, float(stats.t.isf(alpha / 2, df))] for df in (2, 9, 120.7, 15853.4, 3e6) for alpha in (0.2, 0.05, 0.01, 1e-5)],
        "normalTwoSided": [[z, float(2 * stats.norm.sf(z))] for z in (0.0, 0.3, 1.5, 1.96, 3.29, 5, 8, 12)],
    }


def power_of(p1, p2, people, alpha):
    return {"in": [p1, p2, people, alpha], "power": float(proportion.power_proportions_2indep(p2 - p1, p1, people, alpha=alpha).power)}


def people_of(size, alpha, goal):
    return {"in": [size, alpha, goal], "people": float(power.NormalIndPower().solve_power(effect_size=size, alpha=alpha, power=goal, ratio=1))}


names = ["statsmodels", "gbstats", "spotify-confidence", "scipy", "numpy"]
grid = {
    "packages": {name: version(name) for name in names},
    "special": special_functions(),
    "twoProportions": [two_proportions(*pair) for pair in pairs],
    "welch": [welch(money(n, rate, 45, spread), money(n + 20, rate * 1.1, 46, spread)) for n in (30, 400, 9000) for rate in (0.05, 0.5, 1) for spread in (0.3, 1.2)],
    "cuped": [cuped(n, link) for n in (60, 900) for link in (0, 0.5, 2)],
    "ratios": [ratios(n) for n in (12, 150, 3000)],
    "sequence": [sequence(*pair, planned, alpha) for pair in pairs[:7] for planned in (1000, 30000) for alpha in (0.05, 0.01)],
    "effects": [effect(money(n, 0.5, 40, 0.5), money(n, 0.55, 41, 0.5), 0, deviation) for n in (80, 2000) for deviation in (0.5, 5, 100)],
    "sharesChance": [shares_chance(*pair) for pair in pairs],
    "plannedLooks": [planned_looks(info, alpha, phi) for info in ([0.25, 0.5, 0.75, 1.0], [0.1, 0.55, 0.6, 0.9, 1.0], [0.5, 1.0]) for alpha in (0.05, 0.01) for phi in (1, 3)],
    "splits": [split(observed, weights) for observed, weights in [([460, 540], [1, 1]), ([821588, 815482], [0.5, 0.5]), ([3410, 3305, 3185], [0.34, 0.33, 0.33]), ([95, 1905, 38010], [0.0025, 0.0475, 0.95])]],
    "many": [many(count) for count in (1, 2, 7, 40)],
    "studies": [studies(count, spread) for count in (3, 12, 40) for spread in (0, 0.3, 1)],
    "power": [power_of(p1, p2, people, alpha) for p1, p2 in ((0.05, 0.055), (0.05, 0.06), (0.2, 0.15), (0.01, 0.03)) for people in (300, 14000) for alpha in (0.05, 0.01)],
    "people": [people_of(size, alpha, goal) for size in (0.02, 0.1, 0.5) for alpha in (0.05, 0.01) for goal in (0.8, 0.9)],
}


def lines(value):
    """A row a line, so that a difference is readable."""
    rows = [json.dumps(row, default=float) for row in value] if isinstance(value, list) else [f"{json.dumps(name)}: {json.dumps(row, default=float)}" for name, row in value.items()]
    ends = "[]" if isinstance(value, list) else "{}"
    return ends[0] + "\n  " + ",\n  ".join(rows) + "\n " + ends[1]


with open(sys.argv[1], "w") as file:
    file.write("{\n " + ",\n ".join(f"{json.dumps(name)}: {lines(value)}" for name, value in grid.items()) + "\n}\n")
