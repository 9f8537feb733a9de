#!/usr/bin/python3
"""The modality worklist of Orthanc's plugin, as a command asks it."""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'python'))
from fault_homes import Home  # noqa: E402
from negtest import Skip, Tap  # noqa: E402
from peers import ORTHANC_PLUGINS, Orthanc  # noqa: E402

DUMP = '''(0008,0005) CS [ISO_IR 192]
(0008,0050) SH [ACC{i}]
(0010,0010) PN [JOB{i}^ÄNNE]
(0010,0020) LO [W{i}]
(0010,0040) CS [F]
(0020,000d) UI [1.2.9.{i}]
(0032,1060) LO [CT HEAD]
(0040,0100) SQ (Sequence with undefined length)
(fffe,e000) na (Item with undefined length)
(0008,0060) CS [{modality}]
(0040,0001) AE [CT1]
(0040,0002) DA [20260102]
(0040,0003) TM [101500]
(0040,0009) SH [S{i}]
(fffe,e00d) na
(fffe,e0dd) na
(0040,1001) SH [RP{i}]
'''


def worklist():
    if not Orthanc.is_installed() or not os.path.exists(os.path.join(ORTHANC_PLUGINS, 'libModalityWorklists.so')):
        raise Skip('no Orthanc with worklists here')
    with tempfile.TemporaryDirectory() as folder:
        jobs = os.path.join(folder, 'jobs')
        os.mkdir(jobs)
        for i in range(4):
            text = os.path.join(folder, 'job.dump')
            with open(text, 'w', encoding='utf-8') as file:
                file.write(DUMP.format(i=i, modality='CT' if i % 2 else 'MR'))
            subprocess.run(['dump2dcm', text, os.path.join(jobs, f'{i}.wl')], check=True)
        with Orthanc(os.path.join(folder, 'orthanc'), worklists=jobs) as orthanc, \
                Home(orthanc.site('RIS', use='worklist')) as agent:
            found = agent.ask('worklist-query', 'RIS')
            assert sorted(row['accession'] for row in found) == ['ACC0', 'ACC1', 'ACC2', 'ACC3'], found
            assert found[0]['patient_name'].endswith('^ÄNNE') and found[0]['date'] == '20260102', found
            found = agent.ask('worklist-query', 'RIS', '--key', 'ScheduledProcedureStepSequence[0].Modality=CT')
            assert sorted(row['accession'] for row in found) == ['ACC1', 'ACC3'], found


tap = Tap()
tap.run("Orthanc's worklist", worklist)
tap.done()
