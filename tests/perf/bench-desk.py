#!/usr/bin/python3
"""5,000 small CT images by C-STORE, as one study and as twenty, with the checks of the desk and without them, in turn; and how long behind
the last image's answer its findings are there. Small ones: what is done for each object weighs most then. With --negatoscope also: how
fast a person scrolls meanwhile, with the checks, without them, and when nothing arrives."""
import argparse
import glob
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from agents import Agent  # noqa: E402
import data  # noqa: E402
from measure import Report, in_turn, median_ratio, medians, run_json  # noqa: E402
from screen import Screen  # noqa: E402

VERSION = '1'
ROOT = '2.25.271828182845904'
CT = '1.2.840.10008.5.1.4.1.1.2'
OBJECTS = 5000
STUDIES = 20
SIZE = 64
WARM_S = 1.5
PATIENCE_S = 120
LEFT_OUT = 17  # so that there is something to find


# --- what is sent ---

def image(study, number):
    uid = f'{ROOT}.{study}.1.{number}'
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CT, uid
    meta.TransferSyntaxUID, meta.ImplementationClassUID = ExplicitVRLittleEndian, ROOT
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b'\0' * 128)
    dataset.is_little_endian, dataset.is_implicit_VR = True, False
    for name, value in {
            'SpecificCharacterSet': 'ISO_IR 100', 'ImageType': ['ORIGINAL', 'PRIMARY', 'AXIAL'], 'SOPClassUID': CT,
            'SOPInstanceUID': uid, 'StudyDate': '20260102', 'SeriesDate': '20260102', 'AcquisitionDate': '20260102',
            'ContentDate': '20260102', 'StudyTime': '101500', 'SeriesTime': '101600', 'AcquisitionTime': '101700',
            'ContentTime': '101700', 'AccessionNumber': f'A{study}', 'Modality': 'CT', 'Manufacturer': 'Bench',
            'InstitutionName': 'Hospital', 'ReferringPhysicianName': 'Referrer^One', 'StationName': 'CT1',
            'StudyDescription': 'CT chest', 'SeriesDescription': 'Chest 1.0', 'OperatorsName': 'Technologist^One',
            'ManufacturerModelName': 'Scanner', 'PatientName': f'Bench^Desk{study}', 'PatientID': f'DESK{study}',
            'PatientBirthDate': '19700101', 'PatientSex': 'F', 'BodyPartExamined': 'CHEST', 'SliceThickness': '1',
            'KVP': '120', 'DeviceSerialNumber': '4711', 'ProtocolName': 'Chest', 'ExposureTime': '500',
            'XRayTubeCurrent': '200', 'Exposure': '100', 'PatientPosition': 'HFS', 'CTDIvol': 5.5,
            'StudyInstanceUID': f'{ROOT}.{study}', 'SeriesInstanceUID': f'{ROOT}.{study}.1', 'StudyID': '1', 'SeriesNumber': 1,
            'AcquisitionNumber': 1, 'InstanceNumber': number, 'ImagePositionPatient': ['-160', '-160', f'{number - 2500}'],
            'ImageOrientationPatient': ['1', '0', '0', '0', '1', '0'], 'FrameOfReferenceUID': f'{ROOT}.{study}.9',
            'SamplesPerPixel': 1, 'PhotometricInterpretation': 'MONOCHROME2', 'Rows': SIZE, 'Columns': SIZE,
            'PixelSpacing': ['5', '5'], 'BitsAllocated': 16, 'BitsStored': 12, 'HighBit': 11, 'PixelRepresentation': 0,
            'RescaleIntercept': '-1024', 'RescaleSlope': '1',
            'PixelData': number.to_bytes(2, 'little') + bytes(2 * SIZE * SIZE - 2)}.items():
        setattr(dataset, name, value)
    dataset['PixelData'].VR = 'OW'
    return dataset


def make(work, name, studies):
    """A folder for each study, kept between runs."""
    top = os.path.join(work, name)
    stamp = os.path.join(top, 'version')
    if os.path.exists(stamp):
        with open(stamp, encoding='ascii') as file:
            if file.read() == VERSION:
                return sorted(glob.glob(top + '/study-*'))
    shutil.rmtree(top, ignore_errors=True)
    for study in range(1, studies + 1):
        folder = f'{top}/study-{study:02}'
        os.makedirs(folder)
        for number in range(1, OBJECTS // studies + 2):
            if number != LEFT_OUT:
                image(study, number).save_as(f'{folder}/{number:05}.dcm', write_like_original=False)
    with open(stamp, 'w', encoding='ascii') as file:
        file.write(VERSION)
    return sorted(glob.glob(top + '/study-*'))


# --- how it is received ---

def send(agent, folders):
    """A storescu for each study, one after the other: seconds of all."""
    command = ['storescu', '-aec', agent.ae, '+sd', '127.0.0.1', str(agent.port)]
    start = time.monotonic()
    for folder in folders:
        done = subprocess.run([*command, folder], env={**os.environ, 'TCP_NODELAY': '1'}, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError(f'storescu: {done.stderr.decode(errors="replace")[-300:]}')
    return time.monotonic() - start


def ask(agent, sql):
    with sqlite3.connect(f'file:{agent.home}/data/archive.db?mode=ro', uri=True) as database:
        return database.execute(sql).fetchone()


def await_findings(agent, studies):
    """Seconds until all studies are checked, and each has its finding."""
    start = time.monotonic()
    while ask(agent, 'SELECT count(*), max(due_us) FROM desk WHERE checked_us > 0') != (studies, 0):
        if time.monotonic() - start > PATIENCE_S:
            raise RuntimeError(f'not checked: {ask(agent, "SELECT count(*), max(due_us), max(failure) FROM desk")}')
        time.sleep(0.01)
    seconds = time.monotonic() - start
    if ask(agent, "SELECT count(*) FROM finding WHERE check_name = 'images-missing'") != (studies,):
        raise RuntimeError('the image that is missing was not found')
    return seconds


def receive(options, folders, is_checked, behind=None):
    home = tempfile.mkdtemp(prefix='desk-', dir=options.work)
    site = '' if is_checked else '[quality]\nchecks=false\n'
    agent = Agent(home, site, dicom='accept-unknown=true\n')
    try:
        agent.start()
        time.sleep(WARM_S)
        seconds = send(agent, folders)
        if is_checked and behind is not None:
            behind.append(await_findings(agent, len(folders)))
        if ask(agent, 'SELECT count(*) FROM instance') != (OBJECTS,):
            raise RuntimeError('not everything arrived')
        return seconds
    finally:
        agent.kill()
        shutil.rmtree(home, ignore_errors=True)


# --- what a person sees of it ---

def scroll(screen, options):
    """Frames a second of 300 images from memory."""
    return run_json([options.negatoscope, 'bench', 'scroll', '--json', options.work + '/series'], env=screen.environment,
                    cwd=options.work)['scroll']['fps']


def scroll_meanwhile(screen, options, folder, is_checked):
    """While a study arrives, again and again: it takes longer to arrive than to scroll through once."""
    home = tempfile.mkdtemp(prefix='desk-', dir=options.work)
    agent = Agent(home, '' if is_checked else '[quality]\nchecks=false\n', dicom='accept-unknown=true\n')
    try:
        agent.start()
        time.sleep(WARM_S)
        sender = subprocess.Popen(['storescu', '-aec', agent.ae, '+sd', '127.0.0.1', str(agent.port), folder],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            fps = scroll(screen, options)
            if sender.wait(PATIENCE_S) != 0:
                raise RuntimeError('storescu failed while images were scrolled')
            return fps
        finally:
            sender.kill()
            sender.wait()
    finally:
        agent.kill()
        shutil.rmtree(home, ignore_errors=True)


def measure_scroll(report, options, folder):
    data.make(options.work)
    screen = Screen()
    try:
        screen.manage()
        rounds = in_turn(options.pairs, lambda: scroll_meanwhile(screen, options, folder, True),
                         lambda: scroll_meanwhile(screen, options, folder, False), lambda: scroll(screen, options))
    finally:
        screen.close()
    middle = medians(rounds)
    report.add('scrolling meanwhile: with checks / without', gate=0.9, ratio=median_ratio(rounds, 0, 1), fps=middle[0],
               without_fps=middle[1])
    report.add('scrolling meanwhile: with checks / when nothing arrives', ratio=median_ratio(rounds, 0, 2), alone_fps=middle[2])


def measure(report, options, folders, what):
    behind = []
    rounds = in_turn(options.pairs, lambda: receive(options, folders, True, behind),
                     lambda: receive(options, folders, False))
    middle = medians(rounds)
    report.add(f'{what}: rate with checks / without', gate=0.9, ratio=1 / median_ratio(rounds, 0, 1), s=middle[0],
               without_s=middle[1], per_s=OBJECTS / middle[0])
    worst = max(behind[1:])
    report.add(f'{what}: findings behind the last answer', limit=1.0, ratio=worst, least_s=min(behind[1:]))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--work', required=True, help='folder for the data, kept between runs')
    parser.add_argument('--negatoscope', help='the program, to scroll in it')
    parser.add_argument('--only', choices=('rate', 'scroll'))
    parser.add_argument('--pairs', type=int, default=3)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    options.work = os.path.abspath(options.work)
    os.makedirs(options.work, exist_ok=True)
    if not shutil.which('storescu'):
        print('bench-desk: no storescu here', file=sys.stderr)
        return 77
    report = Report('desk', options.json)
    try:
        if options.only != 'scroll':
            measure(report, options, make(options.work, 'desk-one', 1), 'one study of 5,000')
            measure(report, options, make(options.work, 'desk-many', STUDIES), 'twenty studies')
        if options.only != 'rate' and options.negatoscope and shutil.which('Xvfb'):
            measure_scroll(report, options, make(options.work, 'desk-one', 1)[0])
    finally:
        for folder in glob.glob(options.work + '/desk-????????'):
            shutil.rmtree(folder, ignore_errors=True)
    return report.finish()


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (RuntimeError, OSError, subprocess.SubprocessError, AssertionError) as failure:
        sys.exit(f'bench-desk: {failure}')
