"""Cornerstone3D in Chromium, headless, by the shared folder's own measuring program."""
import os
import shutil

from measure import run, run_json

PROGRAMS = ('chromium', 'node', 'Xvfb')


class Cornerstone:
    """It measures in a folder of its own, on the series of ours."""

    def __init__(self, folder):
        self.folder = folder

    def measure(self, mode, size, steps):
        """Its JSON: each step waits until the picture of the one before can be read."""
        done = run_json(['node', 'cornerstone/run.mjs', f'mode={mode}', 'v=series', 'gl=llvmpipe', f'w={size[0]}',
                         f'h={size[1]}', f'f={steps}'], cwd=self.folder)
        if not done.get('done') or done.get('error'):
            raise RuntimeError(f"Cornerstone3D, {mode}: {done.get('error', 'not done in time')}")
        return done


def prepare(shared, modules, work):
    """Built once for what is in @shared and @modules; (it, None) or (None, why not)."""
    source = f'{shared}/cornerstone'
    if not shared or not os.path.exists(source + '/run.mjs'):
        return None, 'the shared measuring programs are not here'
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        return None, f'no {missing[0]} here'
    if not modules or not os.path.exists(modules + '/node_modules/@cornerstonejs/core'):
        return None, 'its packages are not installed'
    folder = work + '/cornerstone'
    target = folder + '/cornerstone'
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(target)
    for name in os.listdir(source):
        if name.endswith(('.js', '.mjs', '.sh', '.json')):
            shutil.copyfile(f'{source}/{name}', f'{target}/{name}')
    os.symlink(os.path.abspath(modules) + '/node_modules', target + '/node_modules')
    os.symlink(work + '/series', folder + '/series')
    run(['bash', target + '/build.sh'])
    return Cornerstone(folder), None
