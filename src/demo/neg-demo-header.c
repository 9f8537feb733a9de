/* What every object says: patient, study, series, image, pixels. */
#include "config.h"

#include <math.h>

#include "demo/neg-demo-object.h"

#define SERIES_APART_S 180

typedef struct {
  guint32 tag;
  const char *vr, *text;
} Text;

static void
write_texts (NegDicomWriter *writer, const Text *texts, guint n)
{
  for (guint i = 0; i < n; i++)
    neg_dicom_writer_text (writer, texts[i].tag, texts[i].vr, texts[i].text);
}

char *
neg_demo_format_time (double seconds)
{
  guint whole = (guint) seconds, thousandths = (guint) ((seconds - whole) * 1000);

  return g_strdup_printf ("%02u%02u%02u.%03u", whole / 3600 % 24, whole / 60 % 60, whole % 60, thousandths);
}

double
neg_demo_object_get_series_time_s (const NegDemoObject *object)
{
  const char *time = object->study->time;
  guint digits[6];

  for (guint i = 0; i < G_N_ELEMENTS (digits); i++)
    digits[i] = (guint) g_ascii_digit_value (time[i]);
  return (digits[0] * 10 + digits[1]) * 3600 + (digits[2] * 10 + digits[3]) * 60 + digits[4] * 10 + digits[5]
         + SERIES_APART_S * object->series->number;
}

static void
write_patient (NegDicomWriter *writer, const NegDemoPatient *patient, const NegDemoStudy *study)
{
  const Text texts[] = {
    { 0x00100010, "PN", patient->name },       { 0x00100020, "LO", patient->id }, { 0x00100021, "LO", "DEMO" },
    { 0x00100030, "DA", patient->birth_date }, { 0x00100040, "CS", patient->sex }, { 0x00101010, "AS", study->age },
  };

  write_texts (writer, texts, G_N_ELEMENTS (texts));
  neg_dicom_writer_decimal (writer, 0x00101020, patient->size_m);
  neg_dicom_writer_decimal (writer, 0x00101030, patient->weight_kg);
}

static char *
make_uid (const NegDemoObject *object, const char *what, gboolean of_series)
{
  g_autofree char *series = of_series ? g_strdup_printf ("/%d", object->series->number) : g_strdup ("");
  g_autofree char *name = g_strdup_printf ("negatoscope-demo %s/%s/%s%s %s", NEG_DEMO_VERSION, object->patient->id,
                                           object->study->accession, series, what);

  return neg_dicom_uid_from_name (name);
}

static void
write_study (NegDicomWriter *writer, const NegDemoObject *object)
{
  const NegDemoStudy *study = object->study;
  g_autofree char *uid = make_uid (object, "study", FALSE);
  const Text texts[] = {
    { 0x00080020, "DA", study->date },        { 0x00080030, "TM", study->time },
    { 0x00080050, "SH", study->accession },   { 0x00080080, "LO", "Negatoscope Demo Department" },
    { 0x00080090, "PN", study->referring },   { 0x00081030, "LO", study->description },
    { 0x0020000d, "UI", uid },                { 0x00200010, "SH", study->accession },
  };

  write_texts (writer, texts, G_N_ELEMENTS (texts));
}

static void
write_series (NegDicomWriter *writer, const NegDemoObject *object)
{
  const NegDemoSeries *series = object->series;
  g_autofree char *uid = make_uid (object, "series", TRUE);
  g_autofree char *time = neg_demo_format_time (neg_demo_object_get_series_time_s (object));
  const Text texts[] = {
    { 0x00080021, "DA", object->study->date }, { 0x00080031, "TM", time },
    { 0x00080060, "CS", series->modality },    { 0x00080070, "LO", "Negatoscope" },
    { 0x0008103e, "LO", series->description }, { 0x00081090, "LO", "Demo" },
    { 0x00181020, "LO", NEG_DEMO_VERSION },    { 0x00180015, "CS", series->body_part },
    { 0x00181030, "LO", series->description }, { 0x0020000e, "UI", uid },
  };

  write_texts (writer, texts, G_N_ELEMENTS (texts));
  neg_dicom_writer_integer (writer, 0x00200011, series->number);
}

/* Slices are made one after the other. */
static void
write_times (NegDicomWriter *writer, const NegDemoObject *object)
{
  double start_s = neg_demo_object_get_series_time_s (object);
  g_autofree char *acquired = neg_demo_format_time (start_s + object->index / object->series->n * 60);
  g_autofree char *made = neg_demo_format_time (start_s + 0.125 * object->index);
  const Text texts[] = {
    { 0x00080022, "DA", object->study->date }, { 0x00080032, "TM", acquired },
    { 0x00080023, "DA", object->study->date }, { 0x00080033, "TM", made },
    { 0x00080008, "CS", object->series->image_type },
  };

  write_texts (writer, texts, G_N_ELEMENTS (texts));
  neg_dicom_writer_integer (writer, 0x00200012, 1);
  neg_dicom_writer_integer (writer, 0x00200013, object->index + 1);
}

/* Frame of reference and image plane; what is projected onto a detector has none, but localizers. */
static void
write_place (NegDicomWriter *writer, const NegDemoObject *object)
{
  const NegDemoSeries *series = object->series;
  g_autofree char *uid = make_uid (object, "frame of reference", FALSE);
  NegDemoPlane plane;
  double cosines[6];

  if (series->kind != NEG_DEMO_SLICES && series->kind != NEG_DEMO_LOCALIZER)
    return;
  neg_demo_slice_init (&plane, series, object->index, NULL);
  for (guint i = 0; i < 3; i++) {
    cosines[i] = plane.across_mm[i] / series->spacing_mm;
    cosines[3 + i] = plane.down_mm[i] / series->spacing_mm;
    /* Ten places and no trace of rounding: a decimal string has 16 characters. */
    plane.origin_mm[i] = round (plane.origin_mm[i] * 1e5) / 1e5;
  }
  neg_dicom_writer_text (writer, 0x00200052, "UI", uid);
  neg_dicom_writer_text (writer, 0x00201040, "LO", NULL);
  neg_dicom_writer_text (writer, 0x00185100, "CS", "HFS");
  neg_dicom_writer_decimals (writer, 0x00200032, plane.origin_mm, 3);
  neg_dicom_writer_decimals (writer, 0x00200037, cosines, 6);
  neg_dicom_writer_decimals (writer, 0x00280030, (const double[]){ series->spacing_mm, series->spacing_mm }, 2);
  if (series->kind == NEG_DEMO_LOCALIZER) {
    neg_dicom_writer_text (writer, 0x00180050, "DS", NULL);
    return;
  }
  neg_dicom_writer_decimal (writer, 0x00180050, series->thickness_mm);
  neg_dicom_writer_decimal (writer, 0x00201041,
                            series->first_mm + object->index % series->n * series->step_mm);
}

static void
write_windows (NegDicomWriter *writer, const NegDemoWindows *windows)
{
  if (windows == NULL)
    return;
  neg_dicom_writer_text (writer, 0x00281050, "DS", windows->center);
  neg_dicom_writer_text (writer, 0x00281051, "DS", windows->width);
  neg_dicom_writer_text (writer, 0x00281055, "LO", windows->explanation);
  if (windows->function != NULL)
    neg_dicom_writer_text (writer, 0x00281056, "CS", windows->function);
}

void
neg_demo_write_general (NegDicomWriter *writer, const NegDemoObject *object)
{
  write_patient (writer, object->patient, object->study);
  write_study (writer, object);
  write_series (writer, object);
  write_times (writer, object);
  write_place (writer, object);
  write_windows (writer, object->series->windows);
}

void
neg_demo_write_pixel_module (NegDicomWriter *writer, const NegDemoObject *object, const NegDemoImage *image)
{
  const char *grey = object->series->inverse ? "MONOCHROME1" : "MONOCHROME2";

  neg_dicom_writer_u16 (writer, 0x00280002, image->samples);
  neg_dicom_writer_text (writer, 0x00280004, "CS", image->samples == 3 ? "RGB" : grey);
  if (image->samples == 3)
    neg_dicom_writer_u16 (writer, 0x00280006, 0);
  if (image->frames > 1)
    neg_dicom_writer_integer (writer, 0x00280008, image->frames);
  neg_dicom_writer_u16 (writer, 0x00280010, image->rows);
  neg_dicom_writer_u16 (writer, 0x00280011, image->columns);
  neg_dicom_writer_u16 (writer, 0x00280100, image->bits_allocated);
  neg_dicom_writer_u16 (writer, 0x00280101, image->bits_stored);
  neg_dicom_writer_u16 (writer, 0x00280102, image->bits_stored - 1);
  neg_dicom_writer_u16 (writer, 0x00280103, image->is_signed);
  neg_dicom_writer_text (writer, 0x00280301, "CS", "NO");
  neg_dicom_writer_text (writer, 0x00282110, "CS", "00");
}
