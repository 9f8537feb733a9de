/* What one DICOM object says about itself: the typed header that the engine sends and everything else is built on.
 *
 * Values are as in the file, decoded to UTF-8 and to numbers, nothing derived. An absent string is NULL, an absent
 * number has its has_ flag FALSE (or is what its comment says). Lengths in mm, times in ms, coordinates in the
 * patient's frame (PS3.3 C.7.6.2.1.1) unless the name says otherwise.
 * Thread: immutable once built; references may be taken and dropped on any thread. */
#pragma once

#include "model/neg-modules.h"

G_BEGIN_DECLS

typedef struct _NegPresentation NegPresentation;
typedef struct _NegKeySelection NegKeySelection;

typedef enum {
  NEG_OBJECT_IMAGE,
  NEG_OBJECT_SR,
  NEG_OBJECT_PR,
  NEG_OBJECT_KO,
  NEG_OBJECT_SEG,
  NEG_OBJECT_RTSTRUCT,
  NEG_OBJECT_RTDOSE,
  NEG_OBJECT_RTPLAN,
  NEG_OBJECT_PDF,
  NEG_OBJECT_STL,
  NEG_OBJECT_WAVEFORM,
  NEG_OBJECT_VIDEO,
  NEG_OBJECT_HANGING_PROTOCOL,
  NEG_OBJECT_OTHER,
  NEG_OBJECT_N_KINDS,
} NegObjectKind;

/* The name in `info --json`. */
const char *neg_object_kind_get_name (NegObjectKind kind);

typedef enum {
  NEG_VOI_LINEAR,
  NEG_VOI_LINEAR_EXACT,
  NEG_VOI_SIGMOID,
} NegVoiFunction;

/* One alternative of Window Center/Width (PS3.3 C.11.2.1.2). */
typedef struct {
  double center;
  double width;
  char *explanation; /* nullable */
} NegWindow;

/* A lookup table as its descriptor declares it (PS3.3 C.11.1.1.1, C.11.2.1.1, C.7.6.3.1.5). */
typedef struct {
  guint32 n_entries; /* 1..65536; 0 when there is no table */
  gint32 first_mapped;
  guint bits;       /* declared output bits, 8..16 */
  guint16 *entries; /* n_entries of them; entries above the declared range are clamped already */
  char *explanation; /* nullable */
} NegLut;

/* What may differ from frame to frame (PS3.3 C.7.6.16.2); for a classic object the one entry holds its own values. */
typedef struct {
  gboolean has_position, has_orientation, has_spacing, has_rescale;
  double position_mm[3];
  double orientation[6]; /* row cosines (direction of increasing column), then column cosines */
  double spacing_mm[2];  /* row spacing (vertical), column spacing (horizontal): PS3.3 10.7.1.3 */
  double rescale_slope, rescale_intercept;
  char *rescale_type; /* nullable */
  guint32 first_window, n_windows; /* into NegInstance.windows */
  NegVoiFunction voi_function;

  /* What tells stacks of one object apart; 0 or NaN or NULL where absent. */
  char *stack_id;
  guint32 in_stack_position;  /* from 1 */
  guint32 temporal_position;  /* from 1 */
  guint32 segment_number;     /* from 1 */
  double effective_echo_time_ms; /* NaN: absent */
  double trigger_time_ms;        /* NaN: absent; cardiac trigger delay */
  double b_value;                /* NaN: absent; s/mm2 */
  char *frame_type;              /* Frame Type, values joined by backslash */
  char *acquisition_label;       /* other distinguishing text, such as Dimension Index Values; nullable */
} NegFrameInfo;

typedef struct {
  /* Identity */
  NegObjectKind kind;
  char *transfer_syntax_uid; /* as the meta header names it, or what was found without one */
  char *sop_class_uid, *sop_instance_uid, *study_uid, *series_uid, *frame_of_reference_uid;
  char *patient_name; /* UTF-8, all component groups, as "Family^Given=..." */
  char *patient_id, *patient_id_issuer, *patient_birth_date, *patient_sex;
  char *study_id, *study_date, *study_time, *study_description, *accession_number;
  char *series_description, *series_date, *series_time, *modality, *body_part, *laterality, *image_laterality,
      *view_position, *patient_position, *patient_orientation;
  char *protocol_name, *manufacturer, *station_name, *document_title;
  char *image_type; /* values joined by backslash */
  char *content_date, *content_time, *acquisition_date, *acquisition_time;
  char *concatenation_uid;
  gboolean has_series_number, has_instance_number, has_acquisition_number;
  gint32 series_number, instance_number, acquisition_number;
  guint32 in_concatenation_number, concatenation_frame_offset;
  char *echo_numbers;          /* nullable; values joined by backslash */
  double echo_time_ms;         /* NaN: absent */
  double trigger_time_ms;      /* NaN: absent */
  guint32 temporal_position;   /* 0: absent */
  double b_value;              /* NaN: absent */
  double gantry_tilt_deg;      /* nominal, never for computation; NaN: absent */

  /* Pixels; rows is 0 where the object has none */
  guint32 rows, columns, samples, frames;
  guint bits_allocated, bits_stored, high_bit; /* of float pixels: 32 or 64, and bits_stored the same */
  gboolean is_signed, is_float, planar;
  char *photometric;
  gboolean has_aspect_ratio;
  guint32 aspect_ratio[2]; /* vertical, horizontal: PS3.3 C.7.6.3.1.7 */
  gboolean has_padding, has_padding_limit;
  double padding_value, padding_limit; /* stored values, after sign extension (C.7.5.1.1.2) */
  gboolean lossy;
  char *lossy_ratio, *lossy_method; /* values joined by backslash; nullable */
  gboolean burned_in_annotation;    /* (0028,0301) says YES */

  /* Lookup */
  NegLut modality_lut;
  char *modality_lut_type;
  NegLut palette[3]; /* red, green, blue; segmented ones are expanded */
  guint32 n_voi_luts;
  NegLut *voi_luts;
  guint32 n_windows;
  NegWindow *windows;
  char *presentation_lut_shape; /* IDENTITY, INVERSE or NULL */

  /* Space and time */
  gboolean has_imager_spacing, has_nominal_scanned_spacing;
  double imager_spacing_mm[2], nominal_scanned_spacing_mm[2]; /* row, column */
  char *calibration_type, *calibration_description;           /* (0028,0A02), (0028,0A04) */
  double magnification;           /* (0018,1114); NaN: absent */
  double slice_thickness_mm;      /* NaN: absent */
  double spacing_between_slices_mm; /* (0018,0088), may be negative; NaN: absent */
  double frame_time_ms;           /* NaN: absent */
  double cine_rate_hz;            /* recommended display frame rate, else cine rate; NaN: absent */
  gboolean sweeps;                /* (0018,1244) wants it played forth and back */
  guint32 first_shown_frame, last_shown_frame; /* Start and Stop Trim, from 1; 0: absent */
  guint32 n_frame_times;
  double *frame_times_ms; /* Frame Time Vector */
  guint32 n_frame_infos;  /* 1, or one per frame */
  NegFrameInfo *frame_infos;

  /* Modules of some images: neg-modules.h */
  guint32 n_overlays;
  NegOverlayPlane *overlays;
  NegShutter shutter;
  guint32 n_ultrasound_regions;
  NegUltrasoundRegion *ultrasound_regions;
  guint32 n_real_world_maps;
  NegRealWorldMap *real_world_maps;
  guint32 n_masks;
  NegMaskItem *masks;
  NegPetInfo pet;
  char *pixel_intensity_relationship; /* LIN, LOG, DISP; nullable */
  char *anatomical_orientation;       /* BIPED, QUADRUPED; nullable */

  /* Objects about images; NULL for all others */
  NegPresentation *presentation;      /* PR */
  NegKeySelection *key_selection;     /* KO */
  GPtrArray *annotations;             /* of NegAnnotation: an SR of TID 1500 */
  char *document_code;                /* SR and KO: "scheme code" of the root's concept name; nullable */
  char **predecessors;                /* SOP Instance UIDs of documents of the same study that an SR or KO takes the place
                                       * of (0040,A360); NULL-terminated; nullable */

  /* What a careful reader should know: English sentences, NULL-terminated; nullable. */
  char **warnings;

  gatomicrefcount ref_count;
} NegInstance;

/* Numbers that say "absent" are set so; no frame info yet: whoever builds an instance adds at least one. */
NegInstance *neg_instance_new (void);
void neg_frame_info_init (NegFrameInfo *info);
NegInstance *neg_instance_ref (NegInstance *instance);
void neg_instance_unref (NegInstance *instance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NegInstance, neg_instance_unref)

void neg_instance_add_warning (NegInstance *instance, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The info of frame @frame (from 0); borrowed, never NULL for frame < frames. */
const NegFrameInfo *neg_instance_get_frame_info (const NegInstance *instance, guint32 frame);

void neg_lut_clear (NegLut *lut);

G_END_DECLS
