#include "config.h"

#include "wire/neg-tags.h"

#include <stdlib.h>
#include <string.h>

#define DICOM_ROOT "1.2.840.10008."

/* What the basic profile (PS3.15 table E.1-1) removes or replaces, but for what is found by its kind: names of persons, dates
 * and times, ages, free text, UIDs that the standard did not give. Sorted. */
static const guint32 identifying[] = {
  0x00020016, /* SourceApplicationEntityTitle */
  0x00020017, /* SendingApplicationEntityTitle */
  0x00020018, /* ReceivingApplicationEntityTitle */
  0x00020026, /* SourcePresentationAddress */
  0x00020027, /* SendingPresentationAddress */
  0x00020028, /* ReceivingPresentationAddress */
  0x00020102, /* PrivateInformation */
  0x00080050, /* AccessionNumber */
  0x00080051, /* IssuerOfAccessionNumberSequence */
  0x00080055, /* StationAETitle */
  0x00080080, /* InstitutionName */
  0x00080082, /* InstitutionCodeSequence */
  0x00080094, /* ReferringPhysicianTelephoneNumbers */
  0x00080096, /* ReferringPhysicianIdentificationSequence */
  0x0008009D, /* ConsultingPhysicianIdentificationSequence */
  0x00080201, /* TimezoneOffsetFromUTC */
  0x00081010, /* StationName */
  0x00081030, /* StudyDescription */
  0x0008103E, /* SeriesDescription */
  0x00081040, /* InstitutionalDepartmentName */
  0x00081041, /* InstitutionalDepartmentTypeCodeSequence */
  0x00081049, /* PhysiciansOfRecordIdentificationSequence */
  0x00081052, /* PerformingPhysicianIdentificationSequence */
  0x00081062, /* PhysiciansReadingStudyIdentificationSequence */
  0x00081072, /* OperatorIdentificationSequence */
  0x00081080, /* AdmittingDiagnosesDescription */
  0x00081084, /* AdmittingDiagnosesCodeSequence */
  0x00100020, /* PatientID */
  0x00100021, /* IssuerOfPatientID */
  0x00100024, /* IssuerOfPatientIDQualifiersSequence */
  0x00100033, /* PatientBirthDateInAlternativeCalendar */
  0x00100034, /* PatientDeathDateInAlternativeCalendar */
  0x00100035, /* PatientAlternativeCalendar */
  0x00100040, /* PatientSex */
  0x00100050, /* PatientInsurancePlanCodeSequence */
  0x00100101, /* PatientPrimaryLanguageCodeSequence */
  0x00100102, /* PatientPrimaryLanguageModifierCodeSequence */
  0x00101000, /* OtherPatientIDs */
  0x00101002, /* OtherPatientIDsSequence */
  0x00101020, /* PatientSize */
  0x00101030, /* PatientWeight */
  0x00101040, /* PatientAddress */
  0x00101050, /* InsurancePlanIdentification */
  0x00101080, /* MilitaryRank */
  0x00101081, /* BranchOfService */
  0x00101090, /* MedicalRecordLocator */
  0x00101100, /* ReferencedPatientPhotoSequence */
  0x00102000, /* MedicalAlerts */
  0x00102110, /* Allergies */
  0x00102150, /* CountryOfResidence */
  0x00102152, /* RegionOfResidence */
  0x00102154, /* PatientTelephoneNumbers */
  0x00102160, /* EthnicGroup */
  0x00102180, /* Occupation */
  0x001021A0, /* SmokingStatus */
  0x001021C0, /* PregnancyStatus */
  0x001021F0, /* PatientReligiousPreference */
  0x00102203, /* PatientSexNeutered */
  0x00102299, /* ResponsibleOrganization */
  0x00120010, /* ClinicalTrialSponsorName */
  0x00120020, /* ClinicalTrialProtocolID */
  0x00120021, /* ClinicalTrialProtocolName */
  0x00120030, /* ClinicalTrialSiteID */
  0x00120031, /* ClinicalTrialSiteName */
  0x00120040, /* ClinicalTrialSubjectID */
  0x00120042, /* ClinicalTrialSubjectReadingID */
  0x00120050, /* ClinicalTrialTimePointID */
  0x00120060, /* ClinicalTrialCoordinatingCenterName */
  0x00120071, /* ClinicalTrialSeriesID */
  0x00120072, /* ClinicalTrialSeriesDescription */
  0x00120081, /* ClinicalTrialProtocolEthicsCommitteeName */
  0x00120082, /* ClinicalTrialProtocolEthicsCommitteeApprovalNumber */
  0x0016002B, /* MakerNote */
  0x0016004B, /* DeviceSettingDescription */
  0x0016004E, /* LensSpecification */
  0x00160070, /* GPSVersionID */
  0x00160071, /* GPSLatitudeRef */
  0x00160072, /* GPSLatitude */
  0x00160073, /* GPSLongitudeRef */
  0x00160074, /* GPSLongitude */
  0x00160075, /* GPSAltitudeRef */
  0x00160076, /* GPSAltitude */
  0x00160079, /* GPSStatus */
  0x0016007A, /* GPSMeasureMode */
  0x0016007B, /* GPSDOP */
  0x0016007C, /* GPSSpeedRef */
  0x0016007D, /* GPSSpeed */
  0x0016007E, /* GPSTrackRef */
  0x0016007F, /* GPSTrack */
  0x00160080, /* GPSImgDirectionRef */
  0x00160081, /* GPSImgDirection */
  0x00160083, /* GPSDestLatitudeRef */
  0x00160084, /* GPSDestLatitude */
  0x00160085, /* GPSDestLongitudeRef */
  0x00160086, /* GPSDestLongitude */
  0x00160087, /* GPSDestBearingRef */
  0x00160088, /* GPSDestBearing */
  0x00160089, /* GPSDestDistanceRef */
  0x0016008A, /* GPSDestDistance */
  0x0016008B, /* GPSProcessingMethod */
  0x0016008C, /* GPSAreaInformation */
  0x0016008E, /* GPSDifferential */
  0x00180010, /* ContrastBolusAgent */
  0x00181000, /* DeviceSerialNumber */
  0x00181004, /* PlateID */
  0x00181007, /* CassetteID */
  0x00181008, /* GantryID */
  0x0018100A, /* UDISequence */
  0x00181030, /* ProtocolName */
  0x001811BB, /* AcquisitionFieldOfViewLabel */
  0x00181400, /* AcquisitionDeviceProcessingDescription */
  0x00185011, /* TransducerIdentificationSequence */
  0x0018700A, /* DetectorID */
  0x00189937, /* RequestedSeriesDescription */
  0x00200010, /* StudyID */
  0x00203401, /* ModifyingDeviceID */
  0x00203406, /* ModifiedImageDescription */
  0x00320012, /* StudyIDIssuer */
  0x00321020, /* ScheduledStudyLocation */
  0x00321021, /* ScheduledStudyLocationAETitle */
  0x00321030, /* ReasonForStudy */
  0x00321033, /* RequestingService */
  0x00321060, /* RequestedProcedureDescription */
  0x00321067, /* ReasonForVisitCodeSequence */
  0x00321070, /* RequestedContrastAgent */
  0x00340005, /* SourceIdentifier */
  0x00340007, /* FrameOriginTimestamp */
  0x00380004, /* ReferencedPatientAliasSequence */
  0x00380008, /* VisitStatusID */
  0x00380010, /* AdmissionID */
  0x00380011, /* IssuerOfAdmissionID */
  0x00380014, /* IssuerOfAdmissionIDSequence */
  0x0038001E, /* ScheduledPatientInstitutionResidence */
  0x00380040, /* DischargeDiagnosisDescription */
  0x00380050, /* SpecialNeeds */
  0x00380060, /* ServiceEpisodeID */
  0x00380061, /* IssuerOfServiceEpisodeID */
  0x00380062, /* ServiceEpisodeDescription */
  0x00380064, /* IssuerOfServiceEpisodeIDSequence */
  0x00380300, /* CurrentPatientLocation */
  0x00380400, /* PatientInstitutionResidence */
  0x00380500, /* PatientState */
  0x00400001, /* ScheduledStationAETitle */
  0x00400007, /* ScheduledProcedureStepDescription */
  0x00400009, /* ScheduledProcedureStepID */
  0x0040000B, /* ScheduledPerformingPhysicianIdentificationSequence */
  0x00400010, /* ScheduledStationName */
  0x00400011, /* ScheduledProcedureStepLocation */
  0x00400012, /* PreMedication */
  0x00400241, /* PerformedStationAETitle */
  0x00400242, /* PerformedStationName */
  0x00400243, /* PerformedLocation */
  0x00400253, /* PerformedProcedureStepID */
  0x00400254, /* PerformedProcedureStepDescription */
  0x00400275, /* RequestAttributesSequence */
  0x0040050A, /* SpecimenAccessionNumber */
  0x00400512, /* ContainerIdentifier */
  0x00400513, /* IssuerOfTheContainerIdentifierSequence */
  0x0040051A, /* ContainerDescription */
  0x00400551, /* SpecimenIdentifier */
  0x00400562, /* IssuerOfTheSpecimenIdentifierSequence */
  0x00400600, /* SpecimenShortDescription */
  0x00400610, /* SpecimenPreparationSequence */
  0x004006FA, /* SlideIdentifier */
  0x00401001, /* RequestedProcedureID */
  0x00401002, /* ReasonForTheRequestedProcedure */
  0x00401004, /* PatientTransportArrangements */
  0x00401005, /* RequestedProcedureLocation */
  0x0040100A, /* ReasonForRequestedProcedureCodeSequence */
  0x00401011, /* IntendedRecipientsOfResultsIdentificationSequence */
  0x00401101, /* PersonIdentificationCodeSequence */
  0x00401103, /* PersonTelephoneNumbers */
  0x00402001, /* ReasonForTheImagingServiceRequest */
  0x00402009, /* OrderEntererLocation */
  0x00402010, /* OrderCallbackPhoneNumber */
  0x00402016, /* PlacerOrderNumberImagingServiceRequest */
  0x00402017, /* FillerOrderNumberImagingServiceRequest */
  0x00403001, /* ConfidentialityConstraintOnPatientDataDescription */
  0x00404025, /* ScheduledStationNameCodeSequence */
  0x00404027, /* ScheduledStationGeographicLocationCodeSequence */
  0x00404028, /* PerformedStationNameCodeSequence */
  0x00404030, /* PerformedStationGeographicLocationCodeSequence */
  0x00404034, /* ScheduledHumanPerformersSequence */
  0x00404035, /* ActualHumanPerformersSequence */
  0x00404036, /* HumanPerformerOrganization */
  0x0040A027, /* VerifyingOrganization */
  0x0040A073, /* VerifyingObserverSequence */
  0x0040A078, /* AuthorObserverSequence */
  0x0040A07A, /* ParticipantSequence */
  0x0040A07C, /* CustodialOrganizationSequence */
  0x0040A088, /* VerifyingObserverIdentificationCodeSequence */
  0x0040A354, /* TelephoneNumberTrial */
  0x0040A358, /* VerbalSourceIdentifierCodeSequenceTrial */
  0x00500020, /* DeviceDescription */
  0x006A0005, /* AnnotationGroupLabel */
  0x00700086, /* ContentCreatorIdentificationCodeSequence */
  0x0072005E, /* SelectorAEValue */
  0x00720060, /* SelectorATValue */
  0x00720062, /* SelectorCSValue */
  0x00720066, /* SelectorLOValue */
  0x0072006C, /* SelectorSHValue */
  0x00741234, /* ReceivingAE */
  0x00880904, /* TopicTitle */
  0x00880910, /* TopicAuthor */
  0x00880912, /* TopicKeywords */
  0x04000402, /* ReferencedDigitalSignatureSequence */
  0x04000404, /* MAC */
  0x04000550, /* ModifiedAttributesSequence */
  0x04000551, /* NonconformingModifiedAttributesSequence */
  0x04000552, /* NonconformingDataElementValue */
  0x04000561, /* OriginalAttributesSequence */
  0x04000563, /* ModifyingSystem */
  0x04000564, /* SourceOfPreviousValues */
  0x20300020, /* TextString */
  0x30060002, /* StructureSetLabel */
  0x30060004, /* StructureSetName */
  0x30060026, /* ROIName */
  0x30060038, /* ROIGenerationDescription */
  0x30060085, /* ROIObservationLabel */
  0x30080105, /* SourceSerialNumber */
  0x300A0002, /* RTPlanLabel */
  0x300A0003, /* RTPlanName */
  0x300A000B, /* TreatmentSites */
  0x300A0016, /* DoseReferenceDescription */
  0x300A0072, /* FractionGroupDescription */
  0x300A00B2, /* TreatmentMachineName */
  0x300A0216, /* SourceManufacturer */
  0x300A0608, /* TreatmentPositionGroupLabel */
  0x300A0611, /* RTAccessoryHolderSlotID */
  0x300A0615, /* RTAccessoryDeviceSlotID */
  0x300A0619, /* RadiationDoseIdentificationLabel */
  0x300A0623, /* RadiationDoseInVivoMeasurementLabel */
  0x300A062A, /* RTToleranceSetLabel */
  0x300A067C, /* RadiationGenerationModeLabel */
  0x300C0113, /* ReasonForOmissionDescription */
  0x3010002D, /* DeviceLabel */
  0x30100033, /* UserContentLabel */
  0x30100034, /* UserContentLongLabel */
  0x30100035, /* EntityLabel */
  0x30100036, /* EntityName */
  0x30100038, /* EntityLongLabel */
  0x30100054, /* RTPrescriptionLabel */
  0x30100056, /* RTTreatmentApproachLabel */
  0x30100077, /* TreatmentSite */
  0x30100081, /* PrescriptionNotesSequence */
  0x40080040, /* ResultsID */
  0x40080042, /* ResultsIDIssuer */
  0x40080111, /* InterpretationApproverSequence */
  0x40080118, /* ResultsDistributionListSequence */
  0x4008011A, /* DistributionAddress */
  0x40080200, /* InterpretationID */
  0x40080202, /* InterpretationIDIssuer */
  0xFFFAFFFA, /* DigitalSignaturesSequence */
  0xFFFCFFFC, /* DataSetTrailingPadding */
};

static int
compare (gconstpointer key, gconstpointer element)
{
  const guint32 a = *(const guint32 *) key;
  const guint32 b = *(const guint32 *) element;

  return a < b ? -1 : a > b;
}

static gboolean
vr_is_identifying (const char *vr)
{
  static const char *const kinds[] = { "PN", "DA", "TM", "DT", "AS", "LT", "ST", "UT", "UC", "UR", "UN", "??" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (vr, kinds[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Classes, transfer syntaxes and the like are the standard's; all others lead to the study. */
static gboolean
has_own_uid (const NegTag *tag)
{
  return (strcmp (tag->vr, "UI") == 0 || strcmp (tag->dictionary_vr, "UI") == 0)
         && !g_str_has_prefix (tag->value, DICOM_ROOT);
}

gboolean
neg_tag_is_identifying (const NegTag *tag)
{
  if (tag->kind == NEG_TAG_KIND_ITEM)
    return FALSE;
  return (tag->tag >> 16) % 2 == 1 || vr_is_identifying (tag->vr) || vr_is_identifying (tag->dictionary_vr)
         || has_own_uid (tag)
         || bsearch (&tag->tag, identifying, G_N_ELEMENTS (identifying), sizeof identifying[0], compare) != NULL;
}
