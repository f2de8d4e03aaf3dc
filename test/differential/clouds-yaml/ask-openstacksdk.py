"""Answers what openstacksdk makes of clouds, each in a home and a working directory of its own.

In: {"cases": [{"home", "directory", "env", "cloud", "region"}]}
Out, for each case: {"plain": ANSWER, "words": ANSWER}, of the SDK as it is, and of the SDK with a YAML reader for which
numbers, dates and (but for verify and insecure) yes and no are words.
"""
import importlib
import json
import logging
import os
import sys
import warnings

import yaml

import openstack.config.loader as loader
from words import load_words

logging.disable(logging.CRITICAL)
warnings.simplefilter('ignore')

SAFE_LOAD = yaml.safe_load


def answer(case, load):
    os.environ.clear()
    os.environ.update({'HOME': case['home'], **case['env']})
    os.chdir(case['directory'])
    importlib.reload(loader)
    loader.yaml.safe_load = load
    try:
        config = loader.OpenStackConfig()
        region = config.get_one(case['cloud'], **({'region_name': case['region']} if case.get('region') else {}))
        verify, cert = region.get_requests_verify_args()
        services = {
            kind: {
                'region': region.get_region_name(kind),
                'interface': region.get_interface(kind),
                'url': region.get_endpoint(kind),
                'type': region._get_config('service_type', kind),
                'name': region.get_service_name(kind),
            }
            for kind in ('compute', 'image', 'block-storage')
        }
        auth = {key: value for key, value in region.config['auth'].items() if value is not None}
        return {
            'file': config.config_filename,
            'auth': json.loads(json.dumps(auth, default=str)),
            'auth_type': region.config['auth_type'],
            'verify': verify,
            'cert': cert,
            'services': json.loads(json.dumps(services, default=str)),
        }
    except Exception as error:
        return {'error': type(error).__name__, 'why': str(error)}
    finally:
        loader.yaml.safe_load = SAFE_LOAD


json.dump(
    [
        {'plain': answer(case, SAFE_LOAD), 'words': answer(case, load_words)}
        for case in json.load(sys.stdin)['cases']
    ],
    sys.stdout,
    default=str,
)
