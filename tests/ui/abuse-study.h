/* Patients to abuse the window with: every image says in its UID and in its first pixel whose it is. */
#pragma once

#include "model/neg-instance.h"

G_BEGIN_DECLS

#define ABUSE_N_PATIENTS 4

/* The family name: in the patient's name, and in the descriptions of their studies and series. */
const char *abuse_study_get_name (guint patient);

/* A family name in @text that is not that of @patient (ABUSE_N_PATIENTS: of none); NULL when there is none. */
const char *abuse_study_find_other_name (const char *text, guint patient);

/* Folders "0" to "3" in @folder, one for each patient: two studies of four series, one of one image, one of a cine,
 * one with images that are cut short, and one that can be laid over that. */
void abuse_study_write (const char *folder);

/* Whose image it is; ABUSE_N_PATIENTS: it is none of ours. */
guint abuse_study_get_patient (const NegInstance *instance);

/* What its first pixel must be. */
guint16 abuse_study_get_code (const NegInstance *instance, guint32 frame);

G_END_DECLS
