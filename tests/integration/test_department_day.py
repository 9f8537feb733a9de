#!/usr/bin/python3
"""A day in a department, played in a minute against Orthanc: orders with changes, cancellations, merges and late images on
three connections at once, and studies with priors. What has to come out of it is known beforehand: no order lost, no
patient mixed, every plan what the rules say, every prior on disk before its case is opened. --long: 300 orders."""
import collections
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
import prior_rules  # noqa: E402
from department import CLASSES, CONTEXTS, HOSPITAL, Department  # noqa: E402
from fault_homes import Bus, rows  # noqa: E402
from hl7_peers import Hl7Home, Sender  # noqa: E402
from hostile_peers import Caller  # noqa: E402
from negtest import Skip, Tap  # noqa: E402
from peers import Orthanc  # noqa: E402

LONG = '--long' in sys.argv
N_CONNECTIONS = 3
PATIENCE_S = 300


def say(text):
    print(f'# {text}', flush=True)


def store_all(caller, study):
    for uid, kind, data in study.objects():
        context = 2 * list(CLASSES.values()).index(kind) + 1
        status = caller.store(data, uid, kind, context)
        assert status == 0, f'{study.uid}: {status:04x}'


class Connection(threading.Thread):
    """Its share of the steps, in their order: messages on one connection, images on one association."""

    def __init__(self, agent, steps):
        super().__init__()
        self.agent, self.steps, self.failure, self.n_messages, self.seconds = agent, steps, '', 0, 0

    def run(self):
        try:
            with Sender(self.agent.hl7_port) as sender, Caller(self.agent.port, CONTEXTS, timeout=120) as caller:
                for step in self.steps:
                    self.take(step, sender, caller)
                caller.release()
        except Exception:
            self.failure = traceback.format_exc()

    def take(self, step, sender, caller):
        if step.study is not None:
            store_all(caller, step.study)
            return
        began = time.monotonic()
        answer = sender.ask(step.message)
        self.seconds += time.monotonic() - began
        self.n_messages += 1
        assert answer is not None and answer.code == step.code, (step.message.decode(), answer and answer.data)


class Day:
    def __init__(self, agent, department):
        self.agent, self.department, self.bus = agent, department, Bus(agent)
        self.place = {person: i for i, person in enumerate(department.persons)}
        self.study_of = {study.uid: study for person in department.persons for study in person.studies}
        self.n_opened = self.n_priors_opened = self.n_messages = 0
        self.seconds = 0

    # --- playing ---

    def start(self, begin, end):
        """The connections of that time of the day, at work."""
        steps = [step for step in self.department.steps if begin <= step.minute < end]
        connections = [Connection(self.agent, [step for step in steps if self.place[step.person] % N_CONNECTIONS == i])
                       for i in range(N_CONNECTIONS)]
        for connection in connections:
            connection.start()
        return connections

    def finish(self, connections):
        for connection in connections:
            connection.join(PATIENCE_S)
            assert not connection.is_alive(), 'a connection does not come to its end'
            assert not connection.failure, connection.failure
        self.n_messages += sum(connection.n_messages for connection in connections)
        self.seconds += max(connection.seconds for connection in connections)

    def settle(self):
        """Until nothing is due, waiting or running. How long that took."""
        began = time.monotonic()
        while True:
            status = self.bus.call('PrefetchStatus')[0]
            if status['due'] == status['waiting'] == status['running'] == 0:
                assert status['failed'] == 0, status
                return time.monotonic() - began
            assert time.monotonic() - began < PATIENCE_S, status
            time.sleep(0.2)

    # --- what there is ---

    def look(self):
        self.orders = self.agent.ask('orders')
        self.entries = {entry['entry']: entry for entry in self.agent.ask('worklist')}
        self.plans = {}
        for row in self.agent.ask('prefetch', 'plan'):
            self.plans.setdefault(row['entry'], []).append(row)
        self.by_numbers = {(order['placer'], order['accession']): order['entry'] for order in self.orders}
        self.by_study = {entry['study_uid']: entry for entry in self.entries.values() if entry['study_uid']}

    def entry_of(self, order):
        return self.by_numbers.get((order.placer, order.accession), 0)

    def person_of(self, entry):
        """Whom the papers of an entry mean."""
        for person in self.department.persons:
            now = person.now
            if (now.id, now.issuer, now.name) == (entry['patient_id'], entry['issuer'], entry['patient_name']):
                return person
        return None

    # --- orders ---

    def check_orders(self):
        expected = collections.Counter()
        for order in self.department.orders:
            now = order.person.now
            expected[(order.placer, order.filler, order.accession, now.id, now.issuer, now.name, order.status,
                      order.modality, order.procedure.text, order.priority, order.start.strftime('%Y%m%d%H%M%S'))] \
                += order.n_steps
        found = collections.Counter((one['placer'], one['filler'], one['accession'], one['patient_id'], one['issuer'],
                                     one['patient_name'], one['status'], one['modality'], one['procedure'],
                                     one['priority'], one['scheduled']) for one in self.orders)
        missing, surplus = expected - found, found - expected
        assert not missing and not surplus, f'missing: {list(missing)[:5]}\nsurplus: {list(surplus)[:5]}'

    # --- the reading list ---

    def check_entries(self):
        """One row per accession number; of a canceled order only where there are images."""
        used = set()
        for order in self.department.orders:
            entry, study = self.entry_of(order), order.study
            if order.is_over and study is None:
                assert entry == 0, (order.placer, self.entries[entry])
                continue
            assert entry in self.entries and entry not in used, (order.placer, entry)
            used.add(entry)
            self.check_entry(self.entries[entry], order.person, order, study)
        for person in self.department.persons:
            for study in person.studies:
                if study.is_today and study.order is None:
                    entry = self.by_study[study.uid]
                    used.add(entry['entry'])
                    self.check_entry(entry, person, None, study)
        past = {uid for uid, study in self.study_of.items() if not study.is_today}
        others = {entry['study_uid'] for number, entry in self.entries.items() if number not in used}
        assert others <= past, others - past

    @staticmethod
    def check_entry(entry, person, order, study):
        now = person.now
        status = 'scheduled' if study is None else 'reported' if order and order.is_reported else 'arrived'
        expected = (now.id, now.issuer, now.name, order.accession if order else '', study.n if study else 0,
                    study.uid if study else order.study_uid, status)
        found = (entry['patient_id'], entry['issuer'], entry['patient_name'], entry['accession'], entry['instances_here'],
                 entry['study_uid'], entry['status'])
        assert found == expected, (found, expected)

    def check_patients(self):
        """Whatever is shown together is of one person."""
        n = 0
        for entry in self.entries.values():
            person = self.person_of(entry)
            assert person is not None, entry
            study = self.study_of.get(entry['study_uid'])
            assert study is None or study.person is person, entry
            for row in self.plans.get(entry['entry'], ()):
                n += 1
                prior = self.study_of.get(row['study_uid'])
                assert prior is None or prior.person is person or row['state'] == 'left', (entry, row)
        return n

    # --- plans ---

    def cases(self):
        """(entry, person, order or None, study or None) of everything that is read or will be."""
        for order in self.department.orders:
            if not order.is_over or order.study is not None:
                yield self.entry_of(order), order.person, order, order.study
        for person in self.department.persons:
            for study in person.studies:
                if study.is_today and study.order is None:
                    yield self.by_study[study.uid]['entry'], person, None, study

    @staticmethod
    def expect(person, order, study):
        """What may be planned: with and without a study of today, which may have come before the plan or after it."""
        kind = study.procedure if study else order.procedure
        modality = study.procedure.modality if study else order.modality
        case = prior_rules.Case(modality, kind.region, kind.side, kind.text, order.location if order else '',
                                study.time if study else order.start)
        todays = [one for one in person.studies if one.is_today and one is not study]
        for known in ([], todays) if todays else ([],):
            priors = [prior_rules.Prior(one.uid, one.procedure.modality, one.procedure.region, one.procedure.side, one.time)
                      for one in person.past + known]
            yield dict(prior_rules.choose(case, priors)), {prior.uid for prior in priors}

    def check_plan(self, entry, person, order, study):
        planned = {row['study_uid']: row['rule'] for row in self.plans[entry] if row['state'] == 'here'}
        named = {row['study_uid'] for row in self.plans[entry] if row['state'] != 'nothing'}
        assert {row['state'] for row in self.plans[entry]} <= {'here', 'left', 'nothing'}, self.plans[entry]
        own = {uid for uid in named if self.study_of[uid].person is person}
        expected = list(self.expect(person, order, study))
        assert any(planned == chosen and own == known for chosen, known in expected), \
            (self.entries[entry], self.plans[entry], expected)
        return planned

    def check_plans(self):
        needed, entries = set(), set()
        for entry, person, order, study in self.cases():
            needed |= set(self.check_plan(entry, person, order, study))
            entries.add(entry)
        assert set(self.plans) == entries, set(self.plans) ^ entries
        return len(entries), needed

    # --- opening ---

    def check_on_disk(self, study):
        found = rows(self.agent, 'SELECT i.name, i.object_class, i.bytes FROM study JOIN series s ON s.study_id = study.id '
                                 f"JOIN instance i ON i.series_id = s.id WHERE study_uid = '{study.uid}'")
        assert len(found) == study.n, f'{study.uid}: {len(found)} of {study.n}'
        for name, kind, n_bytes in found:
            path = os.path.join(self.agent.home, 'cache' if kind else 'data', 'objects', name[:2], name)
            assert os.path.getsize(path) == n_bytes, path
        return sum(row[2] for row in found)

    def open_case(self, entry, person, order, study):
        """All that it needs is here, without waiting; then it is opened, and the first of its priors beside it."""
        self.check_on_disk(study)
        chosen = [row['study_uid'] for row in self.plans[entry] if row['state'] == 'here']
        assert any(dict.fromkeys(chosen) == dict.fromkeys(expected) for expected, _ in self.expect(person, order, study)), \
            (entry, chosen)
        for uid in chosen:
            self.check_on_disk(self.study_of[uid])
        self.bus.call('Accessed', '(sbx)', study.uid, True, entry)
        self.n_opened += 1
        for uid in chosen[:1]:
            prior = rows(self.agent, f"SELECT id FROM entry WHERE study_uid = '{uid}'")[0][0]
            self.bus.call('Accessed', '(sbx)', uid, True, prior)
            self.bus.call('Accessed', '(sbx)', uid, False, prior)
            self.n_priors_opened += 1
        self.bus.call('Accessed', '(sbx)', study.uid, False, entry)

    def open_cases(self, persons):
        """In the order of their time; the day goes on meanwhile."""
        cases = [case for case in self.cases() if case[3] is not None and case[1] in persons]
        for case in sorted(cases, key=lambda case: case[3].time):
            self.open_case(*case)

    # --- reports ---

    def report(self):
        """Three in four of what was opened; a preliminary version first."""
        say_of = self.department.say
        self.n_reports = 0
        with Sender(self.agent.hl7_port) as sender:
            for i, order in enumerate(order for order in self.department.orders if order.study and not order.is_over):
                if i % 4 == 3:
                    continue
                text = f'Report of {order.accession}'
                for status, words in (('P', 'to be read'), ('F', text))[i % 2:]:
                    minute = self.department.EVENING + self.n_reports + 1
                    answer = sender.ask(say_of.report(order, order.person.now, minute, words, status))
                    assert answer.code == 'AA', answer.data
                    self.n_reports += 1
                order.is_reported = True

    def check_reports(self):
        found = {text: (n, number) for text, n, number in rows(self.agent, 'SELECT text, n_entries, patient_id FROM report')}
        expected = {f'Report of {order.accession}': (1, order.person.now.id)
                    for order in self.department.orders if order.is_reported}
        assert found == expected, (found, expected)

    # --- figures ---

    def tell(self, needed):
        status = self.agent.ask('prefetch', 'status')
        assert status['hits'] == self.n_opened + self.n_priors_opened and status['misses'] == 0, (status, self.n_opened)
        say(', '.join(f'{n} {what}' for what, n in sorted(self.department.n_of.items())))
        say(f'{len(self.department.orders)} orders, {self.n_messages} messages on {N_CONNECTIONS} connections beside images: '
            f'{self.n_messages / self.seconds:.0f} messages/s with commit and answer')
        cached = rows(self.agent, 'SELECT count(*), sum(bytes) FROM instance WHERE object_class = 1')[0]
        say(f'{status["plans"]} plans, {len(needed)} prior studies needed, {status["studies"]} fetched ({cached[0]} objects, '
            f'{cached[1]} bytes)')
        waits = sorted(row[0] / 1e6 for row in rows(
            self.agent, 'SELECT s.arrived_us - o.received_us FROM prefetch_choice c JOIN study s USING (study_uid) '
                        'JOIN entry_source e ON e.entry_id = c.entry_id JOIN imaging_order o ON o.id = e.order_id '
                        'WHERE c.state = 2 AND s.arrived_us > o.received_us AND s.cache_bytes > 0'))
        if waits:
            say(f'from an order to a prior of it on disk: median {waits[len(waits) // 2]:.1f} s, at most {waits[-1]:.1f} s')
        say(f'{self.n_opened} cases and {self.n_priors_opened} priors opened: {status["hits"]} hits, {status["misses"]} misses')


def fill(orthanc, department):
    n = 0
    with Caller(orthanc.port, CONTEXTS, called=orthanc.ae, timeout=120) as caller:
        for person in department.persons:
            for study in person.past:
                store_all(caller, study)
                n += study.n
        caller.release()
    return n


def site(orthanc):
    return (f'[site]\ntimezone=UTC\n[dicom]\ndefault-issuer={HOSPITAL}\n' + orthanc.site('PACS', use='query;retrieve', retrieve='get')
            + f'[prefetch]\ntransfers=4\nlead=3d\n{prior_rules.SITE}')


def check(tap, name, day, function, *arguments):
    result = []

    def run():
        result.append(function(*arguments))
    tap.run(name, run)
    return result[0] if result else None


def play(tap, folder):
    department = Department(150) if LONG else Department(15, morning=1)
    persons = department.persons
    # Else its answers are of Latin-1, and names that are not are mangled.
    with Orthanc(os.path.join(folder, 'orthanc'), options={'DefaultEncoding': 'Utf8'}) as orthanc:
        n = fill(orthanc, department)
        say(f'{len(persons)} persons, {n} objects of priors in Orthanc')
        with Hl7Home(f'default-issuer={HOSPITAL}\n' + site(orthanc)) as agent:
            play_day(tap, Day(agent, department))


def play_day(tap, day):
    department, began = day.department, time.monotonic()

    def morning():
        day.finish(day.start(0, department.NOON))
        say(f'the morning: {time.monotonic() - began:.1f} s')
        say(f'nothing is due any more after {day.settle():.1f} s')
        day.look()

    def afternoon():
        """While the morning's cases are opened."""
        done = {person for person in department.persons
                if all(step.minute < department.NOON for step in department.steps if step.person is person)}
        connections = day.start(department.NOON, department.EVENING + 1)
        try:
            day.open_cases(done)
        finally:
            day.finish(connections)
        say(f'{day.n_opened} cases opened while the afternoon goes on')
        say(f'nothing is due any more after {day.settle():.1f} s')
        day.look()
        day.open_cases(set(department.persons) - done)

    def reports():
        day.report()
        day.look()
        day.check_entries()
        day.check_reports()

    def again():
        before = sorted(map(repr, day.agent.ask('orders')))
        assert day.agent.stop() == 0
        day.agent.start()
        assert sorted(map(repr, day.agent.ask('orders'))) == before

    tap.run('the morning', morning)
    tap.run('the afternoon: every prior is on disk before its case is opened', afternoon)
    tap.run('every order is there once, as it was said last', day.check_orders)
    tap.run('the reading list', day.check_entries)
    n_plans, needed = check(tap, 'every plan is what the rules say', day, day.check_plans) or (0, ())
    n_rows = check(tap, 'no patient is mixed', day, day.check_patients)
    say(f'{n_plans} plans with {n_rows} rows are right')
    tap.run('figures', day.tell, needed)
    tap.run('reports close their cases', reports)
    tap.run('the same after a restart', again)


def main():
    tap = Tap()
    if not Orthanc.is_installed():
        def absent():
            raise Skip('no Orthanc here')
        tap.run('a day', absent)
        tap.done()
        return
    folder = tempfile.mkdtemp(prefix='day-')
    try:
        play(tap, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tap.done()


if __name__ == '__main__':
    main()
