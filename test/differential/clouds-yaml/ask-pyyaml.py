"""Answers what PyYAML's safe_load makes of texts when numbers, dates, and (but for verify and insecure) yes and no are words.

In: {"texts": [...]}. Out, for each: {"value": VALUE}, or {} for one that it refuses.
"""
import json
import sys

import yaml
from words import load_words


def answer(text):
    try:
        value = load_words(text)
    except (yaml.YAMLError, TypeError, ValueError):
        return {}
    return {'value': json.loads(json.dumps(value, default=str))}


json.dump([answer(text) for text in json.load(sys.stdin)['texts']], sys.stdout)
