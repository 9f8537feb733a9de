/* Who is in the department, and what was made of them: a table. Thread: any (constants). */
#pragma once

#include "demo/neg-demo-noise.h"
#include "demo/neg-demo-phantom.h"

G_BEGIN_DECLS

typedef enum {
  NEG_DEMO_SLICES,
  NEG_DEMO_LOCALIZER, /* a slice phantom, projected, in its frame of reference */
  NEG_DEMO_RADIOGRAPH,
  NEG_DEMO_MAMMOGRAM,
  NEG_DEMO_ULTRASOUND,
  NEG_DEMO_ANGIOGRAM,
  NEG_DEMO_PHOTO,
} NegDemoKind;

typedef enum { NEG_DEMO_AXIAL, NEG_DEMO_SAGITTAL, NEG_DEMO_CORONAL } NegDemoOrientation;

typedef struct {
  const char *center, *width, *explanation; /* values joined by backslash */
  const char *function;                     /* VOI LUT Function; NULL: absent */
} NegDemoWindows;

/* A series. Every series of a study is in the study's one frame of reference, as far as it has any. */
typedef struct {
  gint32 number;
  const char *description, *modality, *body_part, *image_type;
  NegDemoKind kind;
  NegDemoPhantom phantom;
  NegDemoContrast contrast; /* that of the first volume */
  NegDemoFindings findings;
  NegDemoOrientation orientation;
  double tilt_deg; /* of the gantry */
  guint columns, rows;
  double spacing_mm;
  guint n;         /* slices, or objects */
  guint n_volumes; /* one after the other through the contrasts; 0 is 1 */
  guint frames;    /* of a cine; 0 is 1 */
  double first_mm, step_mm, thickness_mm; /* along the axis that the orientation leaves */
  double center_mm[2];                    /* of the image, along the other two axes, in the order x, y, z */
  float deviation;                        /* of the noise */
  NegDemoGrain grain;
  gboolean rle;
  gboolean inverse;   /* MONOCHROME1 */
  guint view;         /* projection: 0 from the front, 1 from the side; ultrasound: 0 heart, 1 gallbladder */
  const char *kernel; /* CT; sequence name of MR */
  double te_ms, tr_ms, ti_ms;
  const NegDemoWindows *windows;
} NegDemoSeries;

typedef struct {
  const char *date, *time, *description, *accession, *referring, *age;
  const NegDemoSeries *series;
  guint n_series;
} NegDemoStudy;

typedef struct {
  const char *name, *id, *birth_date, *sex;
  double size_m, weight_kg;
  double scale; /* of the phantom: a child is smaller */
  const NegDemoStudy *studies;
  guint n_studies;
} NegDemoPatient;

const NegDemoPatient *neg_demo_department_get_patients (guint *n);

/* How many DICOM objects a series is. */
guint neg_demo_series_get_n_instances (const NegDemoSeries *series);

G_END_DECLS
