"""Answers what botocore makes of the files of the AWS tools, without the network.

In: {"cases": [{"home", "env", "profile"}]}. Out: {"error", "why"} or what a session of that profile has.
"""
import json
import logging
import os
import sys

import botocore.credentials
import botocore.session
from botocore.configprovider import ConfiguredEndpointProvider

logging.disable(logging.CRITICAL)

SERVICES = ('ec2', 'cloudwatch', 'sts')


def chain(session):
    """The login as the providers of botocore would take it: their own code decides, and nothing is asked."""
    steps = []

    def role(self, profile):
        config = self._get_role_config(profile)
        steps.append({key: config[key] for key in ROLE if config.get(key) is not None})
        return self._resolve_source_credentials(config, profile)

    def stop(kind, answer):
        def load(self):
            found = answer(self)
            return Found(kind, found) if found is not None else None

        return load

    class Found:
        def __init__(self, kind, values):
            self.kind, self.values = kind, values

    providers = botocore.credentials
    originals = []

    def patch(owner, name, value):
        originals.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    def web(self):
        token = self._get_config('web_identity_token_file')
        if not token:
            return None
        arn = self._get_config('role_arn')
        if not arn:
            raise botocore.exceptions.InvalidConfigError(error_msg='no role_arn')
        return {'tokenFile': token, 'arn': arn, 'sessionName': self._get_config('role_session_name')}

    def keys(self, load):
        found = load(self)
        return found and {'id': found.access_key, 'secret': found.secret_key, 'token': found.token}

    ROLE = ('role_arn', 'external_id', 'mfa_serial', 'role_session_name', 'duration_seconds')
    patch(providers.AssumeRoleProvider, '_load_creds_via_assume_role', role)
    patch(providers.AssumeRoleWithWebIdentityProvider, 'load', stop('web identity', web))
    patch(providers.SSOProvider, 'load', stop('sso', lambda self: self._load_sso_config()))
    login = lambda self: {} if 'login_session' in self._load_config()['profiles'].get(self._profile_name, {}) else None
    patch(providers.LoginProvider, 'load', stop('login', login))
    patch(providers.ProcessProvider, 'load', stop('process', lambda self: self._credential_process))
    for name in ('EnvProvider', 'SharedCredentialProvider', 'ConfigProvider'):
        provider = getattr(providers, name)
        patch(provider, 'load', stop('keys', lambda self, load=provider.load: keys(self, load)))
    for name, kind in (('ContainerProvider', 'container'), ('InstanceMetadataProvider', 'instance')):
        patch(getattr(providers, name), 'load', stop(kind, lambda self: {}))
    try:
        found = session.get_component('credential_provider').load_credentials()
        return {'roles': steps, 'kind': found and found.kind, 'values': found and found.values}
    finally:
        for owner, name, value in originals:
            setattr(owner, name, value)


def answer(case):
    os.environ.clear()
    os.environ.update({'HOME': case['home'], **case['env']})
    try:
        session = botocore.session.Session(profile=case.get('profile'))
        scoped = session.get_scoped_config()
        urls = {}
        ignored = session.get_config_variable('ignore_configured_endpoint_urls')
        for service in SERVICES:
            provider = ConfiguredEndpointProvider(session.full_config, scoped, service, os.environ)
            urls[service] = None if ignored else provider.provide()
        return {
            'profiles': session.available_profiles,
            'scoped': scoped,
            'region': session.get_config_variable('region'),
            'ca': session.get_config_variable('ca_bundle'),
            'fips': session.get_config_variable('use_fips_endpoint'),
            'urls': urls,
            'login': chain(session),
        }
    except Exception as error:
        return {'error': type(error).__name__, 'why': str(error)}


json.dump([answer(case) for case in json.load(sys.stdin)['cases']], sys.stdout)
