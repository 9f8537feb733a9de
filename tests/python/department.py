"""A fictitious department for one day, made from a seed: who there is, what its RIS says, which images there are, and what
has to come out of all that. Knows nothing of the program."""
import datetime
import random
import struct

from hostile_peers import IMPLICIT, element

CLASSES = {'CT': '1.2.840.10008.5.1.4.1.1.2', 'MR': '1.2.840.10008.5.1.4.1.1.4', 'CR': '1.2.840.10008.5.1.4.1.1.1',
           'DX': '1.2.840.10008.5.1.4.1.1.1.1', 'US': '1.2.840.10008.5.1.4.1.1.6.1', 'MG': '1.2.840.10008.5.1.4.1.1.1.2'}
CONTEXTS = [(uid, IMPLICIT) for uid in CLASSES.values()]
ROOT = '1.2.840.99.7'
SIZE = 32
HOSPITAL, CLINIC = 'HOSP', 'CLINIC'
FAMILIES = ['Müller', 'Huber', 'Gruber', 'Šimek', 'Wagner', 'Pichler', 'Steiner', 'Moser', 'Mayer', 'Hofer', 'Leitner',
            'Berger', 'Fuchs', 'Eder', 'Fischer', 'Schmid', 'Winkler', 'Weber', 'Schwarz', 'Maier', 'Özdemir', 'Løken']
GIVEN = ['Eva', 'Max', 'Ida', 'Rolf', 'Zoë', 'Udo', 'Ada', 'Jörg', 'Lea', 'Kurt']


class Procedure:
    def __init__(self, code, text, modality, region, side='', body_part=''):
        self.code, self.text, self.modality, self.region = code, text, modality, region
        self.side, self.body_part = side, body_part


PROCEDURES = [Procedure(*values) for values in (
    ('CTHEAD', 'CT head', 'CT', 'head', '', 'HEAD'), ('MRHEAD', 'MRT Kopf Tumor', 'MR', 'head', '', 'HEAD'),
    ('CTCHEST', 'CT Thorax', 'CT', 'chest', '', 'CHEST'), ('DXCHEST', 'Thorax p.a.', 'DX', 'chest', '', 'CHEST'),
    ('CTABD', 'CT Abdomen', 'CT', 'abdomen', '', 'ABDOMEN'), ('USABD', 'Abdomen sonography', 'US', 'abdomen', '', 'ABDOMEN'),
    ('MRLSP', 'MRT LWS', 'MR', 'lspine', '', 'LSPINE'), ('CRLSP', 'LWS 2 Ebenen', 'CR', 'lspine', '', 'LSPINE'),
    ('CRKNEEL', 'Knee left', 'CR', 'knee', 'L', 'KNEE'), ('DXKNEER', 'Knie rechts', 'DX', 'knee', 'R', 'KNEE'),
    ('MRKNEEL', 'MRT Knie links', 'MR', 'knee', 'L', 'KNEE'), ('MG', 'Mammography', 'MG', 'breast', '', 'BREAST'),
    ('MRHIP', 'MR hip right', 'MR', 'hip', 'R', 'HIP'), ('CTPEL', 'CT Becken', 'CT', 'pelvis', '', 'PELVIS'),
    ('CTX', 'CT Verlauf', 'CT', None))]


class Record:
    """What one set of papers says of a person."""

    def __init__(self, number, issuer, name, birth, sex):
        self.id, self.issuer, self.name, self.birth, self.sex = number, issuer, name, birth, sex


class Person:
    """`records`, of which the last one holds in the end."""

    def __init__(self, record):
        self.records, self.studies, self.orders = [record], [], []

    @property
    def now(self):
        return self.records[-1]

    @property
    def past(self):
        return [study for study in self.studies if not study.is_today]


class Study:
    def __init__(self, uid, person, record, procedure, time, n, accession='', is_today=False):
        self.uid, self.person, self.record, self.procedure, self.time = uid, person, record, procedure, time
        self.n, self.accession, self.is_today = n, accession, is_today
        self.order = None
        self.says_body_part = False
        person.studies.append(self)

    def objects(self):
        """(SOP instance UID, class, data set in implicit VR)."""
        for number in range(1, self.n + 1):
            uid = f'{self.uid}.1.{number}'
            yield uid, CLASSES[self.procedure.modality], make_object(self, uid, number)


def make_object(study, uid, number):
    kind, record = study.procedure, study.record
    values = [(8, 5, 'ISO_IR 192'), (8, 0x16, CLASSES[kind.modality]), (8, 0x18, uid),
              (8, 0x20, study.time.strftime('%Y%m%d')), (8, 0x30, study.time.strftime('%H%M%S')),
              (8, 0x50, study.accession), (8, 0x60, kind.modality), (8, 0x1030, kind.text), (0x10, 0x10, record.name),
              (0x10, 0x20, record.id), (0x10, 0x21, record.issuer), (0x10, 0x30, record.birth), (0x10, 0x40, record.sex),
              (0x18, 0x15, kind.body_part if study.says_body_part else ''), (0x20, 0xd, study.uid),
              (0x20, 0xe, study.uid + '.1'), (0x20, 0x10, '1'), (0x20, 0x11, '1'), (0x20, 0x13, str(number)), (0x28, 2, 1),
              (0x28, 4, 'MONOCHROME2'), (0x28, 0x10, SIZE), (0x28, 0x11, SIZE), (0x28, 0x100, 16), (0x28, 0x101, 12),
              (0x28, 0x102, 11), (0x28, 0x103, 0)]
    data = b''
    for group, tag, value in values:
        if (group, tag) in ((8, 0x16), (8, 0x18), (0x20, 0xd), (0x20, 0xe)):
            value = value.encode() + b'\0' * (len(value) % 2)
        data += element(group, tag, value)
    pixels = struct.pack('<H', number) * (SIZE * SIZE)
    return data + struct.pack('<HHI', 0x7fe0, 0x10, len(pixels)) + pixels


class Order:
    """As it has to be in the end. `entry_key`: orders of one accession number are one row of the reading list."""

    def __init__(self, number, person, procedure, start, kind):
        self.placer, self.filler, self.accession = f'P{number}', f'F{number}', f'A{number}'
        self.accession_issuer = 'RIS' if kind == 'OMI' else ''
        self.person, self.procedure, self.start, self.kind = person, procedure, start, kind
        self.modality = procedure.modality
        self.priority, self.location, self.status = 'routine', 'AMB', 'scheduled'
        self.study, self.study_uid, self.n_steps, self.is_reported = None, '', 1, False
        person.orders.append(self)

    @property
    def is_over(self):
        return self.status in ('canceled', 'discontinued')


class Step:
    """Something that happens at a minute of the day: a message and how it has to be answered, or images of a study."""

    def __init__(self, minute, person, message=None, study=None, code='AA'):
        self.minute, self.person, self.message, self.study, self.code = minute, person, message, study, code


# --- messages ---

def segment(name, fields):
    return '|'.join([name] + [str(fields.get(i, '')) for i in range(1, max(fields) + 1)]) + '\r'


class Messages:
    """All are of one RIS; each has a control ID of its own, and MSH-7 says the minute of the day."""

    def __init__(self, begin):
        self.begin, self.count = begin, 0

    def time(self, minute):
        return (self.begin + datetime.timedelta(minutes=minute)).strftime('%Y%m%d%H%M%S')

    def head(self, kind, minute):
        self.count += 1
        return (f'MSH|^~\\&|RIS|HOSP|WS|RAD|{self.time(minute)}||{kind}|{self.count}|P|2.5.1||||||UNICODE UTF-8\r')

    @staticmethod
    def patient(record):
        return segment('PID', {1: 1, 3: f'{record.id}^^^{record.issuer}^MR', 5: record.name, 7: record.birth, 8: record.sex})

    def order(self, order, record, minute, code='NW', status='SC', told=None):
        """@told: the minute of ORC-9, where it is not the message's own."""
        priority = {'stat': 'S', 'high': 'A', 'routine': 'R'}[order.priority]
        start = order.start.strftime('%Y%m%d%H%M%S')
        name = {'ORM': 'ORM^O01', 'OMG': 'OMG^O19^OMG_O19', 'OMI': 'OMI^O23^OMI_O23'}[order.kind]
        numbers = {2: order.placer + '^RIS', 3: order.filler + '^RIS'}
        is_old = order.kind == 'ORM'
        text = self.head(name, minute) + self.patient(record) + segment('PV1', {1: 1, 2: 'O', 3: order.location})
        text += segment('ORC', {1: code, **numbers, 5: status, 9: self.time(minute if told is None else told)})
        if not is_old:
            text += segment('TQ1', {1: 1, 7: start, 9: priority})
        detail = {1: 1, **numbers, 4: f'{order.procedure.code}^{order.procedure.text}^L', 24: order.procedure.modality}
        if order.kind != 'OMI':
            detail.update({18: order.accession, 19: 'RP', 20: 'S1'})
        if is_old:
            detail[27] = f'1^^^{start}^^{priority}'
        text += segment('OBR', detail)
        if order.kind == 'OMI':
            for step in range(1, order.n_steps + 1):
                text += segment('IPC', {1: order.accession + '^RIS', 2: 'RP', 3: order.study_uid, 4: f'S{step}',
                                        5: order.procedure.modality})
        elif order.study_uid:
            text += segment('ZDS', {1: order.study_uid + '^100^Application^DICOM'})
        return text.encode()

    def appointment(self, order, record, minute, event='S12', of_order=False):
        start = order.start.strftime('%Y%m%d%H%M%S')
        schedule = {1: 'T' + order.placer + '^RIS', 2: 'T' + order.filler + '^RIS', 7: 'X', 11: f'^^^{start}'}
        if of_order:
            schedule.update({26: order.placer + '^RIS', 27: order.filler + '^RIS'})
        return (self.head('SIU^' + event, minute) + segment('SCH', schedule) + self.patient(record)
                + segment('PV1', {1: 1, 2: 'O', 3: order.location}) + segment('RGS', {1: 1})
                + segment('AIS', {1: 1, 3: f'{order.procedure.code}^{order.procedure.text}^L'})).encode()

    def demographics(self, record, minute, event='A08'):
        return (self.head('ADT^' + event, minute) + segment('EVN', {1: event, 2: self.time(minute)})
                + self.patient(record)).encode()

    def merge(self, survivor, retired, minute, event='A40', says_name=True):
        return (self.head('ADT^' + event, minute) + segment('EVN', {1: event, 2: self.time(minute)})
                + self.patient(survivor) + segment('MRG', {1: f'{retired.id}^^^{retired.issuer}^MR',
                                                           7: retired.name if says_name else ''})).encode()

    def report(self, order, record, minute, text, status='F'):
        return (self.head('ORU^R01', minute) + self.patient(record)
                + segment('ORC', {1: 'RE', 2: order.placer + '^RIS', 3: order.filler + '^RIS'})
                + segment('OBR', {1: 1, 4: f'{order.procedure.code}^{order.procedure.text}^L', 18: order.accession, 25: status})
                + segment('OBX', {1: 1, 2: 'TX', 3: 'R^Report^L', 5: text, 11: status})).encode()


# --- the day ---

class Department:
    """`steps` of the day, `persons`, `orders`, and `n_*` of what was made. Half of the orders have images. The first
    `morning` of all persons are done by noon."""

    NOON, EVENING = 240, 600

    def __init__(self, n_cases, seed=20261122, morning=0.6, now=None):
        now = now or datetime.datetime.now(datetime.timezone.utc)
        self.random = random.Random(seed)
        # All of it is past, whatever the time is: nothing depends on when that is run.
        self.begin = now.replace(microsecond=0, tzinfo=None) - datetime.timedelta(hours=14)
        self.say, self.steps, self.persons, self.orders, self.n_uids = Messages(self.begin), [], [], [], 0
        self.n_of, self.has_afternoon = {}, morning < 1
        for i in range(n_cases):
            self.is_morning = i < n_cases * morning
            self.add_case(i)
        for i in range(n_cases // 50 if self.has_afternoon else 0):
            self.add_late_merge(n_cases + i)
        # Only those whose papers never change.
        plain = [person for person in self.persons if len(person.records) == 1]
        for i in range(max(1, n_cases // 50)):
            self.add_namesake(plain[2 * i])
            self.add_other_issuer(plain[2 * i + 1])
        self.add_what_is_refused(*plain[:2])
        self.steps.sort(key=lambda step: step.minute)

    def count(self, what):
        self.n_of[what] = self.n_of.get(what, 0) + 1

    def minutes(self, n):
        """So many, one after the other, in the shift of the case that is made, and none twice; of some cases that begin in
        the morning the rest is in the afternoon, when plans have been made and priors have come."""
        n_late = 0 if self.is_morning else n
        if self.is_morning and self.has_afternoon and n > 2 and self.random.random() < 0.5:
            n_late = self.random.randrange(1, n)
            self.count('begun in the morning, gone on with in the afternoon')
        seconds = self.random.sample(range(self.NOON * 60), n - n_late) \
            + self.random.sample(range(self.NOON * 60, self.EVENING * 60), n_late)
        return [second / 60 for second in sorted(seconds)]

    def add_step(self, minute, person, message=None, study=None, code='AA'):
        self.steps.append(Step(minute, person, message, study, code))

    def new_uid(self):
        self.n_uids += 1
        return f'{ROOT}.{self.n_uids}'

    def new_record(self, i, generation=0, name=None):
        letters = ''.join(chr(ord('a') + int(digit)) for digit in str(i))
        family = f'{FAMILIES[i % len(FAMILIES)]}{letters}' if generation == 0 else f'{FAMILIES[-i % len(FAMILIES)]}-{letters}'
        return Record(f'{1000 + i}{"" if generation == 0 else "-%d" % generation}', HOSPITAL,
                      name or f'{family}^{GIVEN[i % len(GIVEN)]}', f'19{40 + i % 50}0{1 + i % 9}1{i % 9}', 'FMO'[i % 3])

    def add_priors(self, person, n):
        days = [day for day in range(20, 3300) if not 85 <= day <= 97 and not 1815 <= day <= 1840]
        for age in self.random.sample(days, n):
            # Of one region more often than of another: what is compared is mostly the same again.
            wanted = person.orders[0].procedure if person.orders and self.random.random() < 0.5 else None
            kind = self.random.choice([one for one in PROCEDURES if wanted is None or one.region == wanted.region])
            Study(self.new_uid(), person, self.random.choice(person.records), kind,
                  self.begin.replace(hour=12, minute=0, second=0) - datetime.timedelta(days=age), self.random.choice((1, 1, 2)))

    def new_order(self, person, kind=None):
        procedure = self.random.choice(PROCEDURES)
        start = self.begin + datetime.timedelta(minutes=self.random.randrange(60, 780))
        order = Order(len(self.orders) + 1, person, procedure, start, kind or self.random.choice(('ORM', 'OMG', 'OMI')))
        order.priority = self.random.choice(('stat', 'high', 'routine', 'routine', 'routine'))
        order.location = self.random.choice(('AMB', 'WARD 3', 'ICU 2'))
        self.orders.append(order)
        return order

    def new_images(self, order, record):
        study = Study(order.study_uid or self.new_uid(), order.person, record, order.procedure, order.start,
                      self.random.choice((1, 2)), order.accession, True)
        study.says_body_part = self.random.random() < 0.5
        # What is found by its UID needs no accession number.
        if order.study_uid and self.random.random() < 0.4:
            study.accession = ''
        order.study, study.order = study, order
        return study

    def add_case(self, i):
        """A person with an order that has images, and one that has none."""
        person = Person(self.new_record(i))
        self.persons.append(person)
        kind = ('plain', 'merged', 'plain', 'renamed', 'plain', 'merged', 'plain', 'plain', 'numbered', 'chain')[i % 10]
        if kind in ('merged', 'chain'):
            name = person.now.name if i % 3 == 0 else None
            person.records.append(self.new_record(i, 1, name))
            if kind == 'chain':
                person.records.append(self.new_record(i, 2, name))
        elif kind == 'renamed':
            person.records.append(Record(person.now.id, HOSPITAL, f'Neu{person.now.name}', person.now.birth, person.now.sex))
        elif kind == 'numbered':
            person.records.append(self.new_record(i, 1, person.now.name))
        {'plain': self.play_plain, 'merged': self.play_merge, 'renamed': self.play_rename, 'numbered': self.play_number,
         'chain': self.play_chain}[kind](person, i)
        self.add_priors(person, self.random.choice((0, 1, 2, 3, 4, 6)))

    # --- the order with images ---

    def play_imaged(self, person, record, minutes, image_record=None):
        """In three minutes: the order, a change of it and its images, in any order of the two kinds."""
        order = self.new_order(person)
        if self.random.random() < 0.5:
            order.study_uid = self.new_uid()
        if order.kind == 'OMI' and self.random.random() < 0.3:
            order.n_steps = 2
            self.count('two steps')
        study = self.new_images(order, image_record or record)
        is_late = self.random.random() < 0.3
        at = minutes if not is_late else [minutes[1], minutes[2], minutes[0]]
        self.count('images before the order' if is_late else 'images after the order')
        first = self.say.order(order, record, at[0])
        self.add_step(at[0], person, first)
        if self.random.random() < 0.2:
            self.add_step(at[0], person, first)
            self.count('the same message again')
        if self.random.random() < 0.4:
            order.priority = 'stat'
            self.add_step(at[1], person, self.say.order(order, record, at[1], 'XO'))
            self.count('changes')
        self.add_step(at[2], person, study=study)
        return order

    # --- the order without ---

    def play_waiting(self, person, record, minutes):
        """In four minutes."""
        plays = [self.play_open, self.play_changed, self.play_canceled, self.play_discontinued, self.play_revived,
                 self.play_again, self.play_appointment, self.play_appointment_canceled, self.play_appointment_of_order,
                 self.play_done]
        plays[(len(self.orders) // 2) % len(plays)](person, record, minutes)

    def play_open(self, person, record, at):
        order = self.new_order(person)
        self.add_step(at[0], person, self.say.order(order, record, at[0]))

    def play_changed(self, person, record, at):
        """Another procedure, another time; and an older change that comes last."""
        order = self.new_order(person)
        self.add_step(at[0], person, self.say.order(order, record, at[0]))
        late = self.say.order(order, record, at[1], 'XO')
        order.procedure = self.random.choice([one for one in PROCEDURES if one is not order.procedure])
        order.modality = order.procedure.modality
        order.start += datetime.timedelta(minutes=30)
        self.add_step(at[2], person, self.say.order(order, record, at[2], 'XO'))
        self.add_step(at[3], person, late)
        self.count('changes')
        self.count('old messages')

    def play_canceled(self, person, record, at):
        """As senders do it: ORC-9 is when the order was made."""
        order = self.new_order(person)
        self.add_step(at[0], person, self.say.order(order, record, at[0]))
        self.add_step(at[1], person, self.say.order(order, record, at[1], 'XO'))
        self.add_step(at[2], person, self.say.order(order, record, at[2], 'CA', 'CA', at[0]))
        order.status = 'canceled'
        self.count('cancellations')

    def play_discontinued(self, person, record, at):
        order = self.new_order(person)
        self.add_step(at[0], person, self.say.order(order, record, at[0]))
        self.add_step(at[3], person, self.say.order(order, record, at[3], 'DC', 'DC'))
        order.status = 'discontinued'
        self.count('cancellations')

    def play_revived(self, person, record, at):
        """Nothing old brings a canceled order back."""
        order = self.new_order(person)
        self.add_step(at[0], person, self.say.order(order, record, at[0]))
        late = self.say.order(order, record, at[1], 'XO')
        self.add_step(at[2], person, self.say.order(order, record, at[2], 'CA', 'CA'))
        self.add_step(at[3], person, late)
        order.status = 'canceled'
        self.count('cancellations')
        self.count('old messages')

    def play_again(self, person, record, at):
        """But whoever asks anew does."""
        order = self.new_order(person)
        self.add_step(at[0], person, self.say.order(order, record, at[0]))
        self.add_step(at[1], person, self.say.order(order, record, at[1], 'CA', 'CA'))
        self.add_step(at[2], person, self.say.order(order, record, at[2]))
        self.count('cancellations')
        self.count('asked for again')

    def new_appointment(self, person):
        order = self.new_order(person, 'SIU')
        order.placer, order.filler, order.accession, order.modality = 'T' + order.placer, 'T' + order.filler, '', ''
        order.priority = 'routine'
        self.count('appointments')
        return order

    def tell_appointment(self, order, record, at, event='S12'):
        numbers = order.placer, order.filler
        order.placer, order.filler = order.placer[1:], order.filler[1:]
        self.add_step(at, order.person, self.say.appointment(order, record, at, event))
        order.placer, order.filler = numbers

    def play_appointment(self, person, record, at):
        order = self.new_appointment(person)
        self.tell_appointment(order, record, at[0])
        order.start += datetime.timedelta(minutes=45)
        self.tell_appointment(order, record, at[1], 'S13')
        self.count('changes')

    def play_appointment_canceled(self, person, record, at):
        order = self.new_appointment(person)
        self.tell_appointment(order, record, at[0])
        self.tell_appointment(order, record, at[2], self.random.choice(('S15', 'S26')))
        order.status = 'canceled'
        self.count('cancellations')

    def play_appointment_of_order(self, person, record, at):
        """The appointment comes first and names the order: both are one."""
        order = self.new_order(person, 'OMG')
        self.add_step(at[0], person, self.say.appointment(order, record, at[0], of_order=True))
        self.add_step(at[1], person, self.say.order(order, record, at[1]))
        self.count('appointments')

    def play_done(self, person, record, at):
        """Done elsewhere: nobody has sent its images."""
        order = self.new_order(person)
        self.add_step(at[0], person, self.say.order(order, record, at[0]))
        self.add_step(at[3], person, self.say.order(order, record, at[3], 'XO', 'CM'))
        order.status = 'completed'

    # --- who is whom ---

    def play_plain(self, person, i):
        at = self.minutes(8)
        order = self.play_imaged(person, person.now, at[:3])
        self.play_waiting(person, person.now, at[3:7])
        if i % 14 == 4:
            order.location = 'AMB'
            self.add_step(at[7], person, self.say.order(order, person.now, at[7], 'CA', 'CA'))
            order.status = 'canceled'
            self.count('canceled when the images were there')
        elif i % 7 == 2:
            person.now.birth = '19330303'
            self.add_step(at[7], person, self.say.demographics(person.now, at[7]))
            self.count('demographics')

    def tell_merge(self, person, at, event='A40'):
        retired, survivor = person.records[-2:]
        self.add_step(at, person, self.say.merge(survivor, retired, at, event,
                                                 survivor.name != retired.name or self.random.random() < 0.5))
        self.count('merges')

    def play_merge(self, person, i):
        old, new = person.records
        at = self.minutes(8)
        variant = i // 2 % 4
        if variant == 0:  # between the two orders
            self.play_imaged(person, old, at[:3])
            self.tell_merge(person, at[3])
            self.play_waiting(person, new, at[4:])
        elif variant == 1:  # before both: only the archive knows the old one
            self.tell_merge(person, at[0])
            self.play_imaged(person, new, at[1:4])
            self.play_waiting(person, new, at[4:])
        elif variant == 2:  # when the images are here, and of the other one
            self.play_waiting(person, old, at[:4])
            self.play_imaged(person, new, at[4:7])
            self.tell_merge(person, at[7])
        else:  # the scanner does not know it yet
            self.tell_merge(person, at[0])
            self.play_imaged(person, new, at[1:4], old)
            self.play_waiting(person, new, at[4:])

    def add_late_merge(self, i):
        """Somebody is waiting to be read, with a plan made, when it turns out that he was here before."""
        old = self.new_record(i)
        person = Person(old)
        self.persons.append(person)
        person.records.append(self.new_record(i, 1))
        at = [10 + i % 100, 30 + i % 100, 50 + i % 100, self.NOON + i % 100]
        order = self.play_imaged(person, person.now, at[:3])
        for days in (200, 300):
            Study(self.new_uid(), person, old, order.procedure, order.start - datetime.timedelta(days=days), 1)
        self.tell_merge(person, at[3])
        self.count('late merges')

    def play_chain(self, person, _):
        """The first becomes the second, the second the third; and who is retired does not retire the third."""
        first, second, third = person.records
        at = self.minutes(10)
        self.play_imaged(person, first, at[:3])
        person.records = [first, second]
        self.tell_merge(person, at[3])
        person.records = [first, second, third]
        self.play_waiting(person, second, at[4:8])
        self.tell_merge(person, at[8])
        self.add_step(at[9], person, self.say.merge(first, third, at[9]), code='AE')
        self.count('refused')

    def play_rename(self, person, _):
        """The same number, and another name."""
        old, new = person.records
        at = self.minutes(8)
        self.play_imaged(person, old, at[:3])
        self.add_step(at[3], person, self.say.demographics(new, at[3]))
        self.count('demographics')
        self.play_waiting(person, new, at[4:])

    def play_number(self, person, _):
        """The same name, and another number (A47)."""
        old, new = person.records
        at = self.minutes(8)
        self.play_imaged(person, old, at[:3])
        self.tell_merge(person, at[3], 'A47')
        self.play_waiting(person, new, at[4:])

    # --- who is not whom ---

    def add_namesake(self, of):
        """Somebody's images with another one's number: his own until a person says something else."""
        person = Person(Record(of.now.id, HOSPITAL, f'Falsch^{of.now.name.split("^")[0]}', '19500505', 'F'))
        self.persons.append(person)
        self.add_priors(person, 2)
        self.is_morning = True
        study = Study(self.new_uid(), person, person.now, self.random.choice(PROCEDURES),
                      self.begin + datetime.timedelta(minutes=300), 1, '', True)
        self.add_step(self.minutes(1)[0], person, study=study)
        self.count('wrong numbers')

    def add_other_issuer(self, of):
        """The same number of another hospital, and even the same name."""
        person = Person(Record(of.now.id, CLINIC, of.now.name, '19510505', 'M'))
        self.persons.append(person)
        self.is_morning = True
        at = self.minutes(2)
        order = self.new_order(person, 'ORM')
        self.add_step(at[0], person, self.say.order(order, person.now, at[0]))
        self.add_step(at[1], person, study=self.new_images(order, person.now))
        self.count('the same number of two hospitals')

    def add_what_is_refused(self, person, other):
        """The last in the morning, on the connection of what they contradict."""
        at = self.NOON - 1 / 120
        self.add_step(at, person, self.say.merge(person.now, person.now, at), code='AE')
        self.add_step(at, other, self.say.order(other.orders[0], person.now, at, 'XO'), code='AE')
        self.count('refused')
        self.count('refused')
