#!/usr/bin/python3
"""From a folder of 10,199 small objects to an index that is committed and searchable, beside gdcmscanner, which only
fills memory, in turn. The folder is made by a program of the shared measuring folder."""
import argparse
import os
import shutil
import subprocess
import sys
import time

from measure import Report, in_turn, median_ratio, medians, run_json

KEYS = ('PatientID', 'PatientName', 'StudyInstanceUID', 'SeriesInstanceUID', 'SOPInstanceUID', 'StudyDate', 'Modality',
        'InstanceNumber', 'StudyDescription', 'AccessionNumber')


def scan(folder):
    keys = [word for key in KEYS for word in ('-k', key)]
    start = time.monotonic()
    subprocess.run(['gdcmscanner', '-d', folder, '-r', *keys], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--negatoscope', required=True)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--shared', required=True, help='folder of the program that makes the data')
    parser.add_argument('--pairs', type=int, default=5)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    folder, maker = os.path.join(options.work, 'mixed10k'), os.path.join(options.shared, 'gen_mixed.py')
    if not shutil.which('gdcmscanner') or not os.path.exists(maker):
        print('bench-index: no gdcmscanner, or nothing that makes the data', file=sys.stderr)
        return 77
    if not os.path.isdir(folder):
        subprocess.run([sys.executable, maker, folder + '.part'], check=True, stdout=subprocess.DEVNULL)
        os.rename(folder + '.part', folder)
    report = Report('index', options.json)
    rounds = in_turn(options.pairs,
                     lambda: run_json([options.negatoscope, 'bench', 'index', folder, '--json'])['wall_s'],
                     lambda: scan(folder))
    report.add('index / gdcmscanner', limit=1, ratio=median_ratio(rounds, 0, 1), s=medians(rounds)[0],
               theirs_s=medians(rounds)[1])
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError) as failure:
        sys.exit(f'bench-index: {failure}')
