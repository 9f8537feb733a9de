"""Which priors a case needs, a second time and as simply as it can be said: for comparison with what the program plans.
The rules are those of src/worklist/DESIGN.md; regions and sides are not found in texts here but known."""
import collections

Rule = collections.namedtuple('Rule', 'name fits parts')
Part = collections.namedtuple('Part', 'last modality region days same_side', defaults=(None, None, None, False))

ALL, FIVE_YEARS = 50, 1826
PLAIN = {'CR', 'DX'}
SPINE = {'lspine'}
NEAR = {frozenset(pair) for pair in (('chest', 'abdomen'), ('chest', 'breast'), ('lspine', 'abdomen'), ('lspine', 'pelvis'),
                                     ('abdomen', 'pelvis'), ('pelvis', 'hip'))}

# Of the site file of the test, and the same again for this model.
SITE = '''rule.1=modality:MR procedure:tumor -> last:3 modality:MR region:same; default
rule.2=location:ICU* modality:CR,DX -> last:5 modality:CR,DX region:chest months:3
'''
SITE_RULES = [
    (Rule('rule.1', lambda case: case.modality == 'MR' and 'tumor' in case.text.lower().split(),
          [Part(3, {'MR'}, 'same')]), True),
    (Rule('rule.2', lambda case: case.location.startswith('ICU') and case.modality in PLAIN,
          [Part(5, PLAIN, {'chest'}, 91)]), False),
]
LAST_TWO = Part(2, None, None, FIVE_YEARS)
BUILT_IN = [
    Rule('built-in mammography', lambda case: case.modality == 'MG',
         [Part(ALL, {'MG'}, None, FIVE_YEARS), Part(1, {'MG'}), Part(ALL, {'US', 'MR'}, {'breast'}, FIVE_YEARS), LAST_TWO]),
    Rule('built-in breast', lambda case: case.region == 'breast',
         [Part(2, 'same', {'breast'}), Part(ALL, {'MG'}, None, FIVE_YEARS),
          Part(ALL, {'US', 'MR'}, {'breast'}, FIVE_YEARS), LAST_TWO]),
    Rule('built-in chest radiograph', lambda case: case.modality in PLAIN and case.region == 'chest',
         [Part(3, PLAIN, {'chest'}), Part(1, {'CT'}, {'chest'}, FIVE_YEARS), LAST_TWO]),
    Rule('built-in radiograph', lambda case: case.modality in PLAIN,
         [Part(2, 'same', 'same', None, True), Part(1, {'CT', 'MR'}, 'same', FIVE_YEARS, True),
          Part(1, 'same', 'unknown', FIVE_YEARS), LAST_TWO]),
    Rule('built-in spine', lambda case: case.region in SPINE,
         [Part(2, 'same', 'same'), Part(1, {'CT', 'MR'}, 'same', FIVE_YEARS), Part(1, PLAIN, 'same', FIVE_YEARS),
          Part(1, {'CT', 'MR'}, 'near', FIVE_YEARS), LAST_TWO]),
    Rule('built-in general', lambda case: True,
         [Part(2, 'same', 'same'), Part(1, 'other', 'same', FIVE_YEARS), Part(1, {'CT', 'MR', 'PT'}, 'near', FIVE_YEARS),
          Part(1, 'same', 'unknown', FIVE_YEARS), LAST_TWO]),
]

# modality '' and region None: nobody says.
Case = collections.namedtuple('Case', 'modality region side text location time')
Prior = collections.namedtuple('Prior', 'uid modality region side time')


def is_same_kind(modality, other):
    return bool(modality) and (modality == other or {modality, other} <= PLAIN)


def fits(part, case, prior):
    if part.modality == 'same' and not is_same_kind(case.modality, prior.modality):
        return False
    if part.modality == 'other' and is_same_kind(case.modality, prior.modality):
        return False
    if isinstance(part.modality, set) and prior.modality not in part.modality:
        return False
    if part.region == 'same' and case.region is not None and prior.region != case.region:
        return False
    if part.region == 'near' and frozenset((case.region, prior.region)) not in NEAR:
        return False
    if part.region == 'unknown' and prior.region is not None:
        return False
    if isinstance(part.region, set) and prior.region not in part.region:
        return False
    return not (part.same_side and case.side and prior.side and case.side != prior.side)


def find_parts(case):
    built_in = next(rule for rule in BUILT_IN if rule.fits(case))
    for rule, has_default in SITE_RULES:
        if rule.fits(case):
            return [(part, rule.name) for part in rule.parts] + \
                ([(part, built_in.name) for part in built_in.parts] if has_default else [])
    return [(part, built_in.name) for part in built_in.parts]


def choose(case, priors):
    """[(uid, name of the rule)], what is needed first before what is needed later."""
    chosen = {}
    newest_first = sorted((prior for prior in priors if (prior.time - case.time).total_seconds() <= 86400),
                          key=lambda prior: prior.time, reverse=True)
    for part, name in find_parts(case):
        fitting = [prior for prior in newest_first if fits(part, case, prior)
                   and (part.days is None or (case.time - prior.time).total_seconds() <= part.days * 86400)]
        for prior in fitting[:part.last]:
            chosen.setdefault(prior.uid, name)
    return list(chosen.items())
