/* What is known of an object's dose, beside its header: keys of NegQualityObject.dose and their units. Those of an RDSR are in other
 * units (TID 10013: mGy, mGy.cm as here; TID 10003: Gy.m2, Gy): whoever fills the table converts. */
#pragma once

#define NEG_DOSE_CTDI_VOL "CTDIvol"        /* mGy, of one irradiation event */
#define NEG_DOSE_DLP "DLP"                 /* mGy.cm, of the examination */
#define NEG_DOSE_DAP "DAP"                 /* Gy.cm2; dose (kerma) area product */
#define NEG_DOSE_ENTRANCE "EntranceDose"   /* mGy, at the skin */
#define NEG_DOSE_ORGAN "OrganDose"         /* mGy; of a breast its average glandular dose */
