/* What an engine is asked to write as a DICOM object: a presentation state (GSPS), a key object selection or measurements
 * (SR, TID 1500) about images that are open. Patient and study come from an object that is given as bytes; everything
 * else is here, so that the engine invents nothing: no UID, no time. */
#pragma once

#include "base/neg-bytes.h"
#include "model/neg-annotation.h"
#include "model/neg-presentation.h"

G_BEGIN_DECLS

typedef enum {
  NEG_COMPOSE_PRESENTATION,
  NEG_COMPOSE_KEY_SELECTION,
  NEG_COMPOSE_MEASUREMENTS,
  NEG_COMPOSE_N_KINDS,
} NegComposeKind;

#define NEG_COMPOSE_BYTES_MAX (16u << 20) /* of the object */

typedef struct {
  NegComposeKind kind;
  char *sop_instance_uid, *series_uid; /* 2.25..., of the requester */
  gint32 series_number, instance_number;
  char *series_description;
  char *date, *time, *timezone; /* DA, TM, (0008,0201) */
  char *creator;                /* person name of who did it */
  char *device_version;
  /* What this one takes the place of; nullable. The same study. */
  char *predecessor_sop_class_uid, *predecessor_sop_instance_uid, *predecessor_series_uid;
  NegPresentation *presentation;   /* owned reference; by kind */
  NegKeySelection *key_selection;
  GPtrArray *annotations;          /* of NegAnnotation */
} NegCompose;

NegCompose *neg_compose_new (NegComposeKind kind);
void neg_compose_free (NegCompose *compose);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegCompose, neg_compose_free)

/* SOP class of what is written: a report about places in the patient that are on no image is a Comprehensive 3D SR, since no
 * other has their coordinates (SCOORD3D); without them it stays one that every reader of reports knows. */
const char *neg_compose_get_sop_class_uid (const NegCompose *compose);

void neg_compose_write (const NegCompose *compose, GByteArray *array);
/* NEG_ERROR_PROTOCOL unless everything is there and in range. Given. */
NegCompose *neg_compose_read (NegReader *reader, GError **error);

G_END_DECLS
