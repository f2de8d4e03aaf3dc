"""A reader of YAML like yaml.safe_load, for which what looks like a number or a date is a word."""
import yaml

TAG = 'tag:yaml.org,2002:'
SWITCHES = ('verify', 'insecure')


def words(node, key=None, seen=None):
    seen = set() if seen is None else seen
    if isinstance(node, yaml.ScalarNode):
        kinds = ['int', 'float', 'timestamp'] + ([] if key in SWITCHES else ['bool'])
        if node.tag in [TAG + kind for kind in kinds]:
            node.tag = TAG + 'str'
        return
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            words(item, key, seen)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            words(name, None, seen)
            words(value, getattr(name, 'value', None), seen)


def load_words(stream):
    reader = yaml.SafeLoader(stream)
    node = reader.get_single_node()
    if node is None:
        return None
    words(node)
    return reader.construct_document(node)
