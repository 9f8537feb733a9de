/* What only one way of imaging says. */
#include "config.h"

#include <string.h>

#include "demo/neg-demo-object.h"

#define ANGIO_FRAME_MS 66.67
#define ANGIO_SLOW_FRAME_MS 133.33
#define ANGIO_SLOW_FRAMES 5

static void
write_code (NegDicomWriter *writer, guint32 tag, const char *value, const char *scheme, const char *meaning)
{
  NegDicomWriter *item = neg_dicom_writer_new ();

  neg_dicom_writer_text (item, 0x00080100, "SH", value);
  neg_dicom_writer_text (item, 0x00080102, "SH", scheme);
  neg_dicom_writer_text (item, 0x00080104, "LO", meaning);
  neg_dicom_writer_item (writer, tag, item);
}

static void
write_rescale (NegDicomWriter *writer, double intercept, double slope, const char *type)
{
  neg_dicom_writer_decimal (writer, 0x00281052, intercept);
  neg_dicom_writer_decimal (writer, 0x00281053, slope);
  neg_dicom_writer_text (writer, 0x00281054, "LO", type);
}

static void
write_tube (NegDicomWriter *writer, double kv, int ms, int ma)
{
  neg_dicom_writer_decimal (writer, 0x00180060, kv);
  neg_dicom_writer_integer (writer, 0x00181150, ms);
  neg_dicom_writer_integer (writer, 0x00181151, ma);
}

static void
write_detector (NegDicomWriter *writer, const NegDemoSeries *series)
{
  neg_dicom_writer_decimals (writer, 0x00181164, (const double[]){ series->spacing_mm, series->spacing_mm }, 2);
}

static void
write_ct (NegDicomWriter *writer, const NegDemoObject *object)
{
  const NegDemoSeries *series = object->series;

  write_tube (writer, 120, 500, series->kind == NEG_DEMO_LOCALIZER ? 40 : 210);
  write_rescale (writer, NEG_DEMO_CT_INTERCEPT, 1, "HU");
  if (series->kind == NEG_DEMO_LOCALIZER)
    return;
  neg_dicom_writer_s16 (writer, 0x00280120, NEG_DEMO_CT_PADDING);
  neg_dicom_writer_decimal (writer, 0x00181100, series->columns * series->spacing_mm);
  neg_dicom_writer_decimal (writer, 0x00181120, series->tilt_deg);
  neg_dicom_writer_text (writer, 0x00181210, "SH", series->kernel);
  if (series->contrast != NEG_DEMO_CT_PLAIN)
    neg_dicom_writer_text (writer, 0x00180010, "LO", "Iodine");
}

static void
write_mr (NegDicomWriter *writer, const NegDemoObject *object)
{
  const NegDemoSeries *series = object->series;
  NegDemoContrast contrast = series->contrast + object->index / series->n;
  gboolean weighted = contrast == NEG_DEMO_DIFFUSION_1000;

  neg_dicom_writer_text (writer, 0x00180020, "CS", series->ti_ms > 0 ? "IR" : "SE");
  neg_dicom_writer_text (writer, 0x00180021, "CS", "SK");
  neg_dicom_writer_text (writer, 0x00180022, "CS", NULL);
  neg_dicom_writer_text (writer, 0x00180023, "CS", "2D");
  neg_dicom_writer_text (writer, 0x00180024, "SH", weighted ? "*ep_b1000t" : series->kernel);
  neg_dicom_writer_decimal (writer, 0x00180080, series->tr_ms);
  neg_dicom_writer_decimal (writer, 0x00180081, series->te_ms);
  if (series->ti_ms > 0)
    neg_dicom_writer_decimal (writer, 0x00180082, series->ti_ms);
  neg_dicom_writer_decimal (writer, 0x00180087, 3);
  neg_dicom_writer_decimal (writer, 0x00180088, ABS (series->step_mm));
  neg_dicom_writer_integer (writer, 0x00180091, 1);
  neg_dicom_writer_decimal (writer, 0x00181314, 90);
  if (contrast >= NEG_DEMO_DIFFUSION_0)
    neg_dicom_writer_double (writer, 0x00189087, weighted ? 1000 : 0);
}

static void
write_pet (NegDicomWriter *writer, const NegDemoObject *object)
{
  const NegDemoSeries *series = object->series;
  NegDicomWriter *dose = neg_dicom_writer_new ();
  g_autofree char *injected
      = neg_demo_format_time (neg_demo_object_get_series_time_s (object) - NEG_DEMO_PET_WAIT_S);

  neg_dicom_writer_text (dose, 0x00180031, "LO", "Fluorodeoxyglucose");
  neg_dicom_writer_text (dose, 0x00181072, "TM", injected);
  neg_dicom_writer_decimal (dose, 0x00181074, NEG_DEMO_PET_DOSE_BQ);
  neg_dicom_writer_decimal (dose, 0x00181075, NEG_DEMO_PET_HALF_LIFE_S);
  neg_dicom_writer_decimal (dose, 0x00181076, 0.967);
  write_code (dose, 0x00540300, "77004003", "SCT", "^18^Fluorine");
  write_code (dose, 0x00540304, "35321007", "SCT", "Fluorodeoxyglucose F^18^");
  neg_dicom_writer_item (writer, 0x00540016, dose);
  neg_dicom_writer_text (writer, 0x00280051, "CS", "DECY\\ATTN\\SCAT\\DTIM\\RAN");
  neg_dicom_writer_text (writer, 0x00541000, "CS", "WHOLE BODY\\IMAGE");
  neg_dicom_writer_text (writer, 0x00541001, "CS", "BQML");
  neg_dicom_writer_text (writer, 0x00541002, "CS", "EMISSION");
  neg_dicom_writer_text (writer, 0x00541102, "CS", "START");
  neg_dicom_writer_text (writer, 0x00181181, "CS", "NONE");
  neg_dicom_writer_u16 (writer, 0x00540081, series->n);
  neg_dicom_writer_u16 (writer, 0x00541330, object->index + 1);
  neg_dicom_writer_decimal (writer, 0x00541300, 0);
  neg_dicom_writer_integer (writer, 0x00181242, 120000);
  neg_dicom_writer_decimal (writer, 0x00541321, 1);
  write_rescale (writer, 0, NEG_DEMO_PET_SLOPE, NULL);
}

static void
write_radiograph (NegDicomWriter *writer, const NegDemoObject *object)
{
  gboolean lateral = object->series->view == 1, lying = object->patient->scale < 1;

  write_tube (writer, 117, 8, 250);
  write_detector (writer, object->series);
  neg_dicom_writer_text (writer, 0x00185101, "CS", lateral ? "LL" : lying ? "AP" : "PA");
  neg_dicom_writer_text (writer, 0x00200020, "CS", lateral ? "P\\F" : "L\\F");
}

/* The four views in the order in which they are hung: right and left, from above, then oblique. */
static void
write_mammogram (NegDicomWriter *writer, const NegDemoObject *object)
{
  static const struct {
    const char *side, *view, *orientation, *code, *meaning;
  } views[] = {
    { "R", "CC", "P\\L", "399162004", "cranio-caudal" },
    { "L", "CC", "A\\R", "399162004", "cranio-caudal" },
    { "R", "MLO", "P\\FL", "399368009", "medio-lateral oblique" },
    { "L", "MLO", "A\\FR", "399368009", "medio-lateral oblique" },
  };
  guint view = object->index % G_N_ELEMENTS (views);

  write_tube (writer, 28, 900, 90);
  write_detector (writer, object->series);
  write_rescale (writer, 0, 1, "US");
  neg_dicom_writer_text (writer, 0x00080068, "CS", "FOR PRESENTATION");
  neg_dicom_writer_text (writer, 0x00185101, "CS", views[view].view);
  neg_dicom_writer_text (writer, 0x00181508, "CS", "MAMMOGRAPHIC");
  neg_dicom_writer_text (writer, 0x00200020, "CS", views[view].orientation);
  neg_dicom_writer_text (writer, 0x00200062, "CS", views[view].side);
  neg_dicom_writer_u16 (writer, 0x00280120, 0);
  neg_dicom_writer_text (writer, 0x00281040, "CS", "LOG");
  neg_dicom_writer_s16 (writer, 0x00281041, -1);
  neg_dicom_writer_text (writer, 0x00400318, "CS", "BREAST");
  neg_dicom_writer_item (writer, 0x00400555, NULL);
  neg_dicom_writer_text (writer, 0x20500020, "CS", "IDENTITY");
  write_code (writer, 0x00082218, "76752008", "SCT", "Breast");
  write_code (writer, 0x00540220, views[view].code, "SCT", views[view].meaning);
}

/* A centimetre is 43 pixels, down from the probe (PS3.3 C.8.5.5). */
static void
write_ultrasound (NegDicomWriter *writer, const NegDemoObject *object)
{
  const NegDemoSeries *series = object->series;
  NegDicomWriter *region = neg_dicom_writer_new ();

  neg_dicom_writer_u16 (region, 0x00186012, 1);
  neg_dicom_writer_u16 (region, 0x00186014, 1);
  neg_dicom_writer_u32 (region, 0x00186016, 2);
  neg_dicom_writer_u32 (region, 0x00186018, 40);
  neg_dicom_writer_u32 (region, 0x0018601a, 20);
  neg_dicom_writer_u32 (region, 0x0018601c, 585);
  neg_dicom_writer_u32 (region, 0x0018601e, 460);
  neg_dicom_writer_s32 (region, 0x00186020, 280);
  neg_dicom_writer_s32 (region, 0x00186022, 4);
  neg_dicom_writer_u16 (region, 0x00186024, 3);
  neg_dicom_writer_u16 (region, 0x00186026, 3);
  neg_dicom_writer_double (region, 0x0018602c, 1 / 43.0);
  neg_dicom_writer_double (region, 0x0018602e, 1 / 43.0);
  neg_dicom_writer_item (writer, 0x00186011, region);
  neg_dicom_writer_u16 (writer, 0x00280014, 1);
  neg_dicom_writer_text (writer, 0x00200020, "CS", NULL);
  if (series->frames > 1) {
    neg_dicom_writer_decimal (writer, 0x00181063, 40);
    neg_dicom_writer_tag (writer, 0x00280009, 0x00181063);
    neg_dicom_writer_integer (writer, 0x00180040, 25);
  }
}

/* Slow before the contrast comes, then fast: a time for every frame (PS3.3 C.7.6.5.1.2). */
static void
write_angiogram (NegDicomWriter *writer, const NegDemoObject *object)
{
  const NegDemoSeries *series = object->series;
  g_autofree double *times_ms = g_new0 (double, series->frames);

  for (guint i = 1; i < series->frames; i++)
    times_ms[i] = i <= ANGIO_SLOW_FRAMES ? ANGIO_SLOW_FRAME_MS : ANGIO_FRAME_MS;
  write_tube (writer, 78, 7, 640);
  write_detector (writer, series);
  neg_dicom_writer_decimals (writer, 0x00181065, times_ms, series->frames);
  neg_dicom_writer_tag (writer, 0x00280009, 0x00181065);
  neg_dicom_writer_text (writer, 0x00181155, "CS", "GR");
  neg_dicom_writer_decimal (writer, 0x00181110, 1080);
  neg_dicom_writer_decimal (writer, 0x00181111, 780);
  neg_dicom_writer_decimal (writer, 0x00181114, 1080.0 / 780);
  neg_dicom_writer_text (writer, 0x00181500, "CS", "STATIC");
  neg_dicom_writer_decimal (writer, 0x00181510, -20);
  neg_dicom_writer_decimal (writer, 0x00181511, -20);
  neg_dicom_writer_text (writer, 0x00200020, "CS", NULL);
  neg_dicom_writer_text (writer, 0x00281040, "CS", "LIN");
}

static void
write_photo (NegDicomWriter *writer, const NegDemoObject *object)
{
  neg_dicom_writer_text (writer, 0x00200020, "CS", NULL);
  neg_dicom_writer_text (writer, 0x00200062, "CS", "L");
  neg_dicom_writer_item (writer, 0x00400555, NULL);
  write_code (writer, 0x00082218, "14975008", "SCT", "Forearm");
}

/* The SOP classes of PS3.4 B.5. */
static const struct {
  const char *modality, *single, *multi;
  void (*write) (NegDicomWriter *writer, const NegDemoObject *object);
} modalities[] = {
  { "CT", "1.2.840.10008.5.1.4.1.1.2", NULL, write_ct },
  { "MR", "1.2.840.10008.5.1.4.1.1.4", NULL, write_mr },
  { "PT", "1.2.840.10008.5.1.4.1.1.128", NULL, write_pet },
  { "CR", "1.2.840.10008.5.1.4.1.1.1", NULL, write_radiograph },
  { "MG", "1.2.840.10008.5.1.4.1.1.1.2", NULL, write_mammogram },
  { "US", "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3.1", write_ultrasound },
  { "XA", "1.2.840.10008.5.1.4.1.1.12.1", "1.2.840.10008.5.1.4.1.1.12.1", write_angiogram },
  { "XC", "1.2.840.10008.5.1.4.1.1.77.1.4", NULL, write_photo },
};

static guint
find_modality (const NegDemoObject *object)
{
  guint i = 0;

  while (i + 1 < G_N_ELEMENTS (modalities) && strcmp (modalities[i].modality, object->series->modality) != 0)
    i++;
  return i;
}

const char *
neg_demo_object_get_sop_class (const NegDemoObject *object)
{
  guint i = find_modality (object);

  return object->series->frames > 1 ? modalities[i].multi : modalities[i].single;
}

void
neg_demo_write_modality (NegDicomWriter *writer, const NegDemoObject *object)
{
  modalities[find_modality (object)].write (writer, object);
}
