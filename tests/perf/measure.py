"""Two programs in turn, and the median of the ratios: what is left when a machine is shared."""
import json
import os
import resource
import statistics
import subprocess
import sys


def run(command, **options):
    """Runs to the end; standard output, and the processor time of it and its children in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                          **options)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise RuntimeError(f'{command[0]} ended with {done.returncode}: {done.stderr.decode(errors="replace")[-400:]}')
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def run_json(command, **options):
    return json.loads(run(command, **options)[0])


def in_turn(pairs, *measures):
    """[[value of each measure] of each round], after one round that warms the caches up. What a program left for the
    kernel to write later is written before the next one's turn: who waits for the disk would pay for who does not."""
    def settled(measure):
        os.sync()
        return measure()

    rounds = []
    for i in range(pairs + 1):
        values = [settled(measure) for measure in measures]
        if i > 0:
            rounds.append(values)
    return rounds


def median_ratio(rounds, ours, theirs):
    return statistics.median(values[ours] / values[theirs] for values in rounds)


def medians(rounds):
    return [statistics.median(column) for column in zip(*rounds)]


def load_warning():
    """Wall times on a busy machine say little; ratios of processor time stay good."""
    load = os.getloadavg()[0]
    if load > 0.3 * os.cpu_count():
        print(f'# the machine is busy (load {load:.1f} on {os.cpu_count()} cores): wall times are worth little here',
              file=sys.stderr)
    return load


class Report:
    """A table for people on standard output, or one JSON document; a row that misses its gate fails the run."""

    def __init__(self, name, as_json):
        self.name, self.as_json, self.rows, self.load = name, as_json, [], load_warning()

    def add(self, what, gate=None, limit=None, **values):
        """gate: the ratio is at least this, limit: at most this, or the run fails."""
        row = {'what': what, **{key: round(value, 4) if isinstance(value, float) else value
                                for key, value in values.items()}}
        verdict = ''
        if gate is not None:
            row.update(gate=gate, passed=values['ratio'] >= gate)
            verdict = f"  (gate >= {gate}: {'met' if row['passed'] else 'MISSED'})"
        if limit is not None:
            row.update(limit=limit, passed=values['ratio'] <= limit)
            verdict = f"  (limit {limit}: {'met' if row['passed'] else 'MISSED'})"
        self.rows.append(row)
        if not self.as_json:
            numbers = '  '.join(f'{key} {value:.3g}' for key, value in values.items())
            print(f'{what:<44} {numbers}{verdict}', flush=True)

    def skip(self, what, why):
        self.rows.append({'what': what, 'skipped': why})
        if not self.as_json:
            print(f'{what:<44} skipped: {why}', flush=True)

    def finish(self):
        if self.as_json:
            print(json.dumps({'bench': self.name, 'load': self.load, 'cpus': os.cpu_count(), 'rows': self.rows}))
        return 0 if all(row.get('passed', True) for row in self.rows) else 1
