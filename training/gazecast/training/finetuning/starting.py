"""Where fine-tuning begins: which domain's parameters are trained, and what they begin as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch

from gazecast.data.stimulus import DataError
from gazecast.evaluation.candidate import HeldOut
from gazecast.model.network import SaliencyNetwork
from gazecast.model.vocabulary import DOMAIN_NAME, LONGEST_DOMAIN_NAME
from gazecast.training.finetuning.judging import held_out_map, score
from gazecast.training.finetuning.user_data import UserSet
from gazecast.training.fit.checkpoint import DOMAIN_ROWS
from gazecast.training.fit.samples import Batch

NEVER = -20.0
"""Logit of a domain that pictures are never taken to be of unless it is asked for."""

_RESERVED = "auto"


def closest_domain(network: SaliencyNetwork, whole: Mapping[str, Batch], user: UserSet) -> str:
    """The domain whose maps fit the user's images best, by NSS."""
    fits = []
    for row in range(len(network.spec.domains)):
        maps = HeldOut({name: held_out_map(network, batch, row) for name, batch in whole.items()})
        scores = score(maps, user.stimuli, user.about)
        fits.append(float(np.mean([each.mean("nss") for each in scores.values()])))
    return network.spec.domains[int(np.argmax(fits))]


def check_domain(name: str) -> None:
    """Raises DataError for a name that a new domain cannot have."""
    is_name = re.fullmatch(DOMAIN_NAME, name) and len(name) <= LONGEST_DOMAIN_NAME
    if name == _RESERVED or not is_name:
        raise DataError(
            f"domain {name!r}: choose a name of at most {LONGEST_DOMAIN_NAME} letters, digits and "
            f"hyphens, no hyphen first, such as 'kiosk', and other than {_RESERVED}"
        )


def with_domain(network: SaliencyNetwork, name: str, like: str) -> SaliencyNetwork:
    """The network with one more domain, which begins as a copy of `like`.

    Pictures are never taken to be of it: there is nothing to tell it from the others by, as the
    pictures of the others are not at hand.
    """
    old = network.spec
    grown = SaliencyNetwork(replace(old, domains=(*old.domains, name)))
    state = network.state_dict()
    row = old.domains.index(like)
    for key in DOMAIN_ROWS:
        state[key] = torch.cat([state[key], state[key][row : row + 1]])
    state["domain_head.weight"][-1] = 0.0
    state["domain_head.bias"][-1] = NEVER
    grown.load_state_dict(state)
    return grown.eval()
