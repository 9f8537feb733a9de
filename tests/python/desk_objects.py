"""Images as a scanner and an X-ray room would send them, whole enough that dciodvfy finds no error; each with pixels of its own."""
import subprocess

import numpy
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset

from synthetic import CLASSES, EXPLICIT, item

ROOT = '1.2.826.0.1.3680043.8.498.9.'
SIDE = 96
DX = '1.2.840.10008.5.1.4.1.1.1.1'


def uid(*parts):
    return ROOT + '.'.join(str(part) for part in parts)


def code(value, scheme, meaning):
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def noise(seed, low, high, shape=(SIDE, SIDE)):
    """A body in air: no edge of the values' range, no two alike."""
    y, x = numpy.mgrid[:shape[0], :shape[1]]
    inside = ((x - shape[1] / 2) ** 2 + (y - shape[0] / 2) ** 2) < (0.4 * min(shape)) ** 2
    random = numpy.random.default_rng(seed)
    return (numpy.where(inside, high, low) + random.integers(-40, 40, shape)).astype('<u2')


def write(path, sop_class, sop_uid, modality, day, **attributes):
    """What all of them have: patient, study, series, equipment."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID = sop_class, sop_uid, EXPLICIT
    data = FileDataset(path, {}, file_meta=meta, preamble=b'\0' * 128)
    data.is_little_endian, data.is_implicit_VR = True, False
    values = {'SpecificCharacterSet': 'ISO_IR 100', 'SOPClassUID': sop_class, 'SOPInstanceUID': sop_uid, 'Modality': modality,
              'StudyDate': day, 'SeriesDate': day, 'ContentDate': day, 'StudyTime': '101500', 'SeriesTime': '101600',
              'ContentTime': '101700', 'InstanceCreationDate': day, 'InstanceCreationTime': '101800',
              'StudyID': '7', 'ReferringPhysicianName': 'Doe^J', 'Manufacturer': 'ACME', 'ManufacturerModelName': 'ROOM 1',
              'InstitutionName': 'HOSP', 'StationName': 'ROOM1', 'DeviceSerialNumber': '11', 'SoftwareVersions': '1.0',
              'PatientAge': '056Y', 'SeriesNumber': 1, 'InstanceNumber': 1, **attributes}
    for name, value in values.items():
        if value is not None:
            setattr(data, name, value)
    pydicom.dcmwrite(path, data, write_like_original=False)
    return path


def pixels(values, bits):
    return {'Rows': values.shape[0], 'Columns': values.shape[1], 'SamplesPerPixel': 1, 'BitsAllocated': 16, 'BitsStored': bits,
            'HighBit': bits - 1, 'PixelRepresentation': 0, 'PixelData': values.tobytes()}


def write_ct(path, sop_uid, day, number, seed, place_mm, **attributes):
    return write(path, CLASSES['CT'], sop_uid, 'CT', day, **{
        'ImageType': ['ORIGINAL', 'PRIMARY', 'AXIAL'], 'AcquisitionDate': day, 'AcquisitionTime': f'1016{number:02}',
        'AcquisitionNumber': 1, 'InstanceNumber': number, 'PhotometricInterpretation': 'MONOCHROME2', 'KVP': '120',
        'RescaleSlope': '1', 'RescaleIntercept': '-1024', 'RescaleType': 'HU', 'PatientPosition': 'HFS',
        'PositionReferenceIndicator': '', 'ImagePositionPatient': [-48, -48, place_mm],
        'ImageOrientationPatient': [1, 0, 0, 0, 1, 0], 'PixelSpacing': [1, 1], 'SliceThickness': '5',
        'SliceLocation': place_mm, 'BodyPartExamined': 'ABDOMEN', 'WindowCenter': '40', 'WindowWidth': '400', 'ProtocolName': 'CT',
        **pixels(noise(seed, 100, 1064), 12), **attributes})


def write_dx(path, sop_uid, day, seed, **attributes):
    """A knee from the front."""
    return write(path, DX, sop_uid, 'DX', day, **{
        'ImageType': ['ORIGINAL', 'PRIMARY'], 'AcquisitionDate': day, 'AcquisitionTime': '101650', 'PresentationIntentType':
        'FOR PRESENTATION', 'PhotometricInterpretation': 'MONOCHROME2', 'PixelIntensityRelationship': 'LOG',
        'PixelIntensityRelationshipSign': -1, 'RescaleSlope': '1', 'RescaleIntercept': '0', 'RescaleType': 'US',
        'PresentationLUTShape': 'IDENTITY', 'LossyImageCompression': '00', 'BurnedInAnnotation': 'NO',
        'BodyPartExamined': 'KNEE', 'PatientOrientation': ['L', 'F'], 'ViewPosition': 'AP', 'PositionerType': 'NONE',
        'DetectorType': 'SCINTILLATOR', 'DetectorID': 'D1', 'KVP': '60', 'ImagerPixelSpacing': [0.2, 0.2],
        'PixelSpacing': [0.2, 0.2], 'WindowCenter': '2048', 'WindowWidth': '4096',
        'AnatomicRegionSequence': [code('72696002', 'SCT', 'Knee')],
        'ViewCodeSequence': [code('399348003', 'SCT', 'antero-posterior')], 'AcquisitionContextSequence': [],
        **pixels(noise(seed, 1000, 2600, (160, 128)), 12), **attributes})


def write_selection(path, sop_uid, day, images, **attributes):
    """A key object selection of @images, paths of one series."""
    said = [pydicom.dcmread(image, stop_before_pixels=True) for image in images]
    pointers = [item(ReferencedSOPClassUID=one.SOPClassUID, ReferencedSOPInstanceUID=one.SOPInstanceUID) for one in said]
    series = item(SeriesInstanceUID=said[0].SeriesInstanceUID, ReferencedSOPSequence=pointers)
    content = [item(RelationshipType='CONTAINS', ValueType='IMAGE', ReferencedSOPSequence=[
        item(ReferencedSOPClassUID=one.SOPClassUID, ReferencedSOPInstanceUID=one.SOPInstanceUID)]) for one in said]
    return write(path, CLASSES['KO'], sop_uid, 'KO', day, **{
        'SeriesNumber': 8, 'ReferencedPerformedProcedureStepSequence': [], 'ValueType': 'CONTAINER',
        'ConceptNameCodeSequence': [code('113000', 'DCM', 'Of Interest')], 'ContinuityOfContent': 'SEPARATE',
        'ContentTemplateSequence': [item(MappingResource='DCMR', TemplateIdentifier='2010')], 'ContentSequence': content,
        'CurrentRequestedProcedureEvidenceSequence': [item(StudyInstanceUID=said[0].StudyInstanceUID,
                                                           ReferencedSeriesSequence=[series])], **attributes})


def write_state(path, sop_uid, day, image, **attributes):
    """A presentation state of one image."""
    said = pydicom.dcmread(image, stop_before_pixels=True)
    pointer = {'ReferencedSOPClassUID': said.SOPClassUID, 'ReferencedSOPInstanceUID': said.SOPInstanceUID}
    area = item(DisplayedAreaTopLeftHandCorner=[1, 1], DisplayedAreaBottomRightHandCorner=[said.Columns, said.Rows],
                PresentationSizeMode='SCALE TO FIT', PresentationPixelSpacing=['0.2', '0.2'],
                ReferencedImageSequence=[item(**pointer)])
    return write(path, CLASSES['PR'], sop_uid, 'PR', day, **{
        'SeriesNumber': 9, 'Laterality': '', 'ContentDate': None, 'ContentTime': None, 'ContentLabel': 'SEEN', 'ContentDescription': '', 'ContentCreatorName': '',
        'PresentationCreationDate': day, 'PresentationCreationTime': '102000', 'PresentationLUTShape': 'IDENTITY',
        'ReferencedSeriesSequence': [item(SeriesInstanceUID=said.SeriesInstanceUID, ReferencedImageSequence=[item(**pointer)])],
        'DisplayedAreaSelectionSequence': [area], **attributes})


def errors(path):
    """Of dciodvfy, line by line."""
    done = subprocess.run(['dciodvfy', path], capture_output=True, check=False)
    return sorted(line for line in done.stderr.decode(errors='replace').splitlines() if line.startswith('Error'))
