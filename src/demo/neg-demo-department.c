/* Every name means "example" or "sample" in its language; every number is made up. */
#include "config.h"

#include "demo/neg-demo-department.h"

#include "demo/neg-demo.h"

#define STUDY(list) .series = list, .n_series = G_N_ELEMENTS (list)

static const NegDemoWindows chest_windows = { "40\\-600", "400\\1500", "SOFT TISSUE\\LUNG", NULL };
static const NegDemoWindows lung_windows = { "-600\\40", "1500\\400", "LUNG\\SOFT TISSUE", NULL };
static const NegDemoWindows head_windows
    = { "36\\70\\500", "80\\200\\2500", "BRAIN\\SUBDURAL\\BONE", NULL };
static const NegDemoWindows liver_windows = { "70\\50", "240\\400", "LIVER\\ABDOMEN", NULL };
static const NegDemoWindows localizer_window = { "50", "1500", "LOCALIZER", NULL };
static const NegDemoWindows brain_window = { "420", "840", "BRAIN", NULL };
static const NegDemoWindows t2_window = { "480", "1000", "BRAIN", NULL };
static const NegDemoWindows diffusion_window = { "330", "700", "DIFFUSION", NULL };
static const NegDemoWindows spine_window = { "400", "850", "SPINE", NULL };
static const NegDemoWindows radiograph_window = { "2050", "2300", "CHEST", NULL };
static const NegDemoWindows breast_window = { "2250\\2500", "2300\\1500", "NORMAL\\HARD", "SIGMOID" };
static const NegDemoWindows pet_window = { "9000", "18000", "TUMOUR", NULL };
static const NegDemoWindows angio_window = { "128", "256", "CORONARY", NULL };

#define CHEST_CT \
  .modality = "CT", .body_part = "CHEST", .kind = NEG_DEMO_SLICES, .phantom = neg_demo_paint_torso, \
  .orientation = NEG_DEMO_AXIAL, .columns = 512, .rows = 512, .image_type = "ORIGINAL\\PRIMARY\\AXIAL", .rle = TRUE

#define LOCALIZER(part, paint) \
  .number = 1, .description = "Localizer", .modality = "CT", .body_part = part, .kind = NEG_DEMO_LOCALIZER, \
  .phantom = paint, .image_type = "ORIGINAL\\PRIMARY\\LOCALIZER", .orientation = NEG_DEMO_CORONAL, .columns = 400, \
  .rows = 440, .spacing_mm = 1, .n = 1, .deviation = 9, .windows = &localizer_window

/* --- 1: a nodule that has grown --- */

static const NegDemoSeries chest_now[] = {
  { LOCALIZER ("CHEST", neg_demo_paint_torso), .findings = { 3, 9, 0 }, .contrast = NEG_DEMO_CT_VENOUS,
    .center_mm = { 0, -50 } },
  { CHEST_CT, .number = 2, .description = "Chest 1.5 soft", .contrast = NEG_DEMO_CT_VENOUS, .findings = { 3, 9, 0 },
    .spacing_mm = 0.74, .n = 224, .first_mm = 118, .step_mm = -1.5, .thickness_mm = 1.5, .center_mm = { 0, 6 },
    .deviation = 15, .grain = NEG_DEMO_GRAIN_SOFT, .kernel = "SOFT", .windows = &chest_windows },
  { CHEST_CT, .number = 3, .description = "Chest 3.0 lung", .contrast = NEG_DEMO_CT_VENOUS, .findings = { 3, 9, 0 },
    .spacing_mm = 0.68, .n = 108, .first_mm = 116.5, .step_mm = -3, .thickness_mm = 3, .center_mm = { 0, 2 },
    .deviation = 42, .grain = NEG_DEMO_GRAIN_SHARP, .kernel = "LUNG", .windows = &lung_windows },
};
static const NegDemoSeries chest_before[] = {
  { CHEST_CT, .number = 2, .description = "Chest 5.0 soft", .contrast = NEG_DEMO_CT_PLAIN, .findings = { 3, 5, 0 },
    .spacing_mm = 0.78, .n = 64, .first_mm = 112, .step_mm = -5, .thickness_mm = 5, .center_mm = { 4, 10 },
    .deviation = 11, .grain = NEG_DEMO_GRAIN_SOFT, .kernel = "STANDARD", .windows = &chest_windows },
};
static const NegDemoSeries chest_radiographs[] = {
  { .number = 1, .description = "Chest PA", .modality = "CR", .body_part = "CHEST", .kind = NEG_DEMO_RADIOGRAPH,
    .phantom = neg_demo_paint_torso, .contrast = NEG_DEMO_CT_PLAIN, .findings = { 3, 5, 0 },
    .image_type = "ORIGINAL\\PRIMARY", .orientation = NEG_DEMO_CORONAL, .columns = 1760, .rows = 1900,
    .spacing_mm = 0.2, .n = 1, .center_mm = { 0, -35 }, .deviation = 16, .windows = &radiograph_window },
  { .number = 2, .description = "Chest lateral", .modality = "CR", .body_part = "CHEST", .kind = NEG_DEMO_RADIOGRAPH,
    .phantom = neg_demo_paint_torso, .contrast = NEG_DEMO_CT_PLAIN, .findings = { 3, 5, 0 }, .view = 1,
    .image_type = "ORIGINAL\\PRIMARY", .orientation = NEG_DEMO_SAGITTAL, .columns = 1500, .rows = 1900, .inverse = TRUE,
    .spacing_mm = 0.2, .n = 1, .center_mm = { 0, -35 }, .deviation = 18, .windows = &radiograph_window },
};
static const NegDemoStudy nodule_studies[] = {
  { "20260914", "083012", "CT chest with contrast", "DEMO-26-0101", "Hausarzt^Anton", "061Y", STUDY (chest_now) },
  { "20250908", "101544", "CT chest", "DEMO-25-0077", "Hausarzt^Anton", "060Y", STUDY (chest_before) },
  { "20250902", "091500", "Chest radiographs", "DEMO-25-0071", "Hausarzt^Anton", "060Y", STUDY (chest_radiographs) },
};

/* --- 2: a bleeding --- */

#define HEAD_CT \
  .modality = "CT", .body_part = "HEAD", .kind = NEG_DEMO_SLICES, .phantom = neg_demo_paint_head, \
  .contrast = NEG_DEMO_CT_PLAIN, .findings = { 5, 0, 0, 0, 17 }, .orientation = NEG_DEMO_AXIAL, .columns = 512, \
  .rows = 512, .spacing_mm = 0.46, .image_type = "ORIGINAL\\PRIMARY\\AXIAL", .center_mm = { 0, 4 }, \
  .windows = &head_windows, .grain = NEG_DEMO_GRAIN_SOFT, .rle = TRUE

static const NegDemoSeries head_now[] = {
  { LOCALIZER ("HEAD", neg_demo_paint_head), .findings = { 5, 0, 0, 0, 17 }, .center_mm = { 0, -20 } },
  { HEAD_CT, .number = 2, .description = "Head 0.8", .n = 208, .first_mm = -72, .step_mm = 0.8, .thickness_mm = 0.8,
    .deviation = 5, .kernel = "HEAD" },
  { HEAD_CT, .number = 3, .description = "Head 5.0 tilted", .n = 28, .first_mm = -48, .step_mm = 5, .thickness_mm = 4.8,
    .tilt_deg = 16, .deviation = 3, .kernel = "HEAD" },
};
static const NegDemoStudy bleeding_studies[] = {
  { "20260915", "031822", "CT head", "DEMO-26-0110", "Kyukyu^Ichiro=救急^一郎", "073Y", STUDY (head_now) },
};

/* --- 3: spots in the white matter --- */

#define BRAIN_MR \
  .modality = "MR", .body_part = "BRAIN", .kind = NEG_DEMO_SLICES, .phantom = neg_demo_paint_head, \
  .image_type = "ORIGINAL\\PRIMARY\\M\\ND", .columns = 256, .rows = 256, .spacing_mm = 0.9, .deviation = 13
#define BRAIN_AXIAL \
  BRAIN_MR, .orientation = NEG_DEMO_AXIAL, .n = 30, .first_mm = -62, .step_mm = 4.8, .thickness_mm = 4, \
  .center_mm = { 0, 4 }

static const NegDemoSeries brain_now[] = {
  { BRAIN_AXIAL, .number = 2, .description = "T1 axial", .contrast = NEG_DEMO_T1, .findings = { 11, 5, 0, 16 },
    .te_ms = 8.7, .tr_ms = 520, .kernel = "*se2d1", .windows = &brain_window },
  { BRAIN_AXIAL, .number = 3, .description = "T2 axial", .contrast = NEG_DEMO_T2, .findings = { 11, 5, 0, 16 },
    .te_ms = 98, .tr_ms = 4600, .kernel = "*tse2d1_15", .windows = &t2_window },
  { BRAIN_MR, .number = 4, .description = "FLAIR sagittal", .contrast = NEG_DEMO_FLAIR, .findings = { 11, 5, 0, 16 },
    .orientation = NEG_DEMO_SAGITTAL, .n = 34, .first_mm = 72.6, .step_mm = -4.4, .thickness_mm = 4, .te_ms = 117,
    .tr_ms = 8500, .ti_ms = 2440, .center_mm = { 4, -10 }, .kernel = "*tir2d1_16", .windows = &t2_window },
  { BRAIN_AXIAL, .number = 5, .description = "DWI axial b0 b1000", .contrast = NEG_DEMO_DIFFUSION_0, .n_volumes = 2,
    .findings = { 11, 5, 0, 16 }, .te_ms = 89, .tr_ms = 5200, .kernel = "*ep_b0", .windows = &diffusion_window },
};
static const NegDemoSeries brain_before[] = {
  { BRAIN_AXIAL, .number = 2, .description = "T2 axial", .contrast = NEG_DEMO_T2, .findings = { 11, 0, 0, 9 },
    .te_ms = 96, .tr_ms = 4400, .kernel = "*tse2d1_11", .windows = &t2_window },
  { BRAIN_MR, .number = 3, .description = "FLAIR sagittal", .contrast = NEG_DEMO_FLAIR, .findings = { 11, 0, 0, 9 },
    .orientation = NEG_DEMO_SAGITTAL, .n = 30, .first_mm = 72, .step_mm = -5, .thickness_mm = 4.5, .te_ms = 120,
    .tr_ms = 9000, .ti_ms = 2500, .center_mm = { 4, -10 }, .kernel = "*tir2d1_16", .windows = &t2_window },
};
static const NegDemoStudy spots_studies[] = {
  { "20260910", "140505", "MR brain", "DEMO-26-0093", "Tabib^Karim=طبيب^كريم", "034Y", STUDY (brain_now) },
  { "20250318", "113020", "MR brain", "DEMO-25-0021", "Tabib^Karim=طبيب^كريم", "032Y", STUDY (brain_before) },
};

/* --- 4: a slipped disc --- */

#define SPINE_MR \
  .modality = "MR", .body_part = "LSPINE", .kind = NEG_DEMO_SLICES, .phantom = neg_demo_paint_spine, \
  .image_type = "ORIGINAL\\PRIMARY\\M\\ND", .windows = &spine_window, .deviation = 14
#define SPINE_SAGITTAL \
  SPINE_MR, .orientation = NEG_DEMO_SAGITTAL, .columns = 384, .rows = 384, .spacing_mm = 0.8, .n = 17, \
  .first_mm = 35.2, .step_mm = -4.4, .thickness_mm = 4, .center_mm = { 6, 0 }

static const NegDemoSeries spine_now[] = {
  { SPINE_SAGITTAL, .number = 2, .description = "T2 sagittal", .contrast = NEG_DEMO_T2, .te_ms = 102, .tr_ms = 3600,
    .kernel = "*tse2d1_17" },
  { SPINE_SAGITTAL, .number = 3, .description = "T1 sagittal", .contrast = NEG_DEMO_T1, .te_ms = 11, .tr_ms = 600,
    .kernel = "*tse2d1_3" },
  { SPINE_MR, .number = 4, .description = "T2 axial", .contrast = NEG_DEMO_T2, .orientation = NEG_DEMO_AXIAL,
    .columns = 320, .rows = 320, .spacing_mm = 0.6, .n = 26, .first_mm = -78, .step_mm = 4.4, .thickness_mm = 4,
    .center_mm = { 0, 18 }, .te_ms = 100, .tr_ms = 4200, .kernel = "*tse2d1_15" },
};
static const NegDemoStudy disc_studies[] = {
  { "20260911", "161200", "MR lumbar spine", "DEMO-26-0098", "Iatros^Nikos=Ιατρός^Νίκος", "047Y", STUDY (spine_now) },
};

/* --- 5: PET/CT --- */

static const NegDemoSeries pet_ct[] = {
  { CHEST_CT, .number = 2, .description = "CT low dose", .contrast = NEG_DEMO_CT_PLAIN, .findings = { 8, 11, 13 },
    .spacing_mm = 0.98, .n = 110, .first_mm = 118, .step_mm = -4, .thickness_mm = 4, .center_mm = { 0, 10 },
    .deviation = 26, .grain = NEG_DEMO_GRAIN_SOFT, .kernel = "STANDARD", .windows = &chest_windows },
  { .number = 3, .description = "PET attenuation corrected", .modality = "PT", .body_part = "CHEST",
    .kind = NEG_DEMO_SLICES, .phantom = neg_demo_paint_torso, .contrast = NEG_DEMO_PET, .findings = { 8, 11, 13 },
    .image_type = "ORIGINAL\\PRIMARY", .orientation = NEG_DEMO_AXIAL, .columns = 144, .rows = 144, .spacing_mm = 4,
    .n = 110, .first_mm = 118, .step_mm = -4, .thickness_mm = 4, .center_mm = { 0, 10 }, .deviation = 130,
    .grain = NEG_DEMO_GRAIN_SOFT, .windows = &pet_window },
};
static const NegDemoStudy pet_studies[] = {
  { "20260916", "093030", "PET/CT trunk FDG", "DEMO-26-0117", "Yisheng^Hua=医生^华", "058Y", STUDY (pet_ct) },
};

/* --- 6: mammography --- */

static const NegDemoSeries breasts[] = {
  { .number = 1, .description = "Screening, four views", .modality = "MG", .body_part = "BREAST",
    .kind = NEG_DEMO_MAMMOGRAM, .image_type = "ORIGINAL\\PRIMARY", .findings = { 13, 7, 0 }, .columns = 1200,
    .rows = 1600, .spacing_mm = 0.14, .n = 4, .deviation = 22, .windows = &breast_window },
};
static const NegDemoSeries breasts_before[] = {
  { .number = 1, .description = "Screening, four views", .modality = "MG", .body_part = "BREAST",
    .kind = NEG_DEMO_MAMMOGRAM, .image_type = "ORIGINAL\\PRIMARY", .findings = { 13, 0, 0 }, .columns = 1200,
    .rows = 1600, .spacing_mm = 0.14, .n = 4, .deviation = 22, .windows = &breast_window },
};
static const NegDemoStudy breast_studies[] = {
  { "20260909", "104510", "Mammography screening", "DEMO-26-0088", "Врачева^Ирина", "054Y", STUDY (breasts) },
  { "20240905", "111800", "Mammography screening", "DEMO-24-0064", "Врачева^Ирина", "052Y", STUDY (breasts_before) },
};

/* --- 7: ultrasound --- */

static const NegDemoSeries ultrasound[] = {
  { .number = 1, .description = "Heart, four chambers", .modality = "US", .body_part = "HEART",
    .kind = NEG_DEMO_ULTRASOUND, .image_type = "ORIGINAL\\PRIMARY", .columns = 640, .rows = 480, .frames = 40, .n = 1,
    .rle = TRUE },
  { .number = 2, .description = "Gallbladder", .modality = "US", .body_part = "ABDOMEN", .kind = NEG_DEMO_ULTRASOUND,
    .image_type = "ORIGINAL\\PRIMARY", .columns = 640, .rows = 480, .n = 1, .view = 1 },
};
static const NegDemoStudy ultrasound_studies[] = {
  { "20260917", "131000", "Echocardiography", "DEMO-26-0121", "Uisa^Jiho=의사^지호", "041Y", STUDY (ultrasound) },
};

/* --- 8: a photograph --- */

static const NegDemoSeries photos[] = {
  { .number = 1, .description = "Dermoscopy, left forearm", .modality = "XC", .body_part = "ARM",
    .kind = NEG_DEMO_PHOTO, .image_type = "ORIGINAL\\PRIMARY", .findings = { 17 }, .columns = 1280, .rows = 960,
    .n = 1 },
};
static const NegDemoStudy photo_studies[] = {
  { "20260908", "152233", "Dermoscopy", "DEMO-26-0085", "Médecin^Noël", "029Y", STUDY (photos) },
};

/* --- 9: a liver in three phases --- */

#define LIVER_CT(number_, description_, contrast_) \
  { .number = number_, .description = description_, .modality = "CT", .body_part = "ABDOMEN", .kind = NEG_DEMO_SLICES, \
    .phantom = neg_demo_paint_torso, .contrast = contrast_, .findings = { 21, 0, 15 }, \
    .image_type = "ORIGINAL\\PRIMARY\\AXIAL", .orientation = NEG_DEMO_AXIAL, .columns = 512, .rows = 512, .rle = TRUE, \
    .spacing_mm = 0.76, .n = 36, .first_mm = -100, .step_mm = -5, .thickness_mm = 5, .center_mm = { 0, 6 }, \
    .deviation = 10, .grain = NEG_DEMO_GRAIN_SOFT, .kernel = "SOFT", .windows = &liver_windows }

static const NegDemoSeries liver[] = {
  LIVER_CT (2, "Liver arterial", NEG_DEMO_CT_ARTERIAL),
  LIVER_CT (3, "Liver portal venous", NEG_DEMO_CT_VENOUS),
  LIVER_CT (4, "Liver late", NEG_DEMO_CT_LATE),
};
static const NegDemoStudy liver_studies[] = {
  { "20260912", "120140", "CT liver, three phases", "DEMO-26-0099", "Vaidya^Arjun=वैद्य^अर्जुन", "049Y", STUDY (liver) },
};

/* --- 10: a child --- */

#define CHILD_CHEST(deviation_) \
  { .number = 1, .description = "Chest AP", .modality = "CR", .body_part = "CHEST", .kind = NEG_DEMO_RADIOGRAPH, \
    .phantom = neg_demo_paint_torso, .contrast = NEG_DEMO_CT_PLAIN, .findings = { 31 }, \
    .image_type = "ORIGINAL\\PRIMARY", .orientation = NEG_DEMO_CORONAL, .columns = 1100, .rows = 1250, \
    .spacing_mm = 0.175, .n = 1, .center_mm = { 0, -22 }, .deviation = deviation_, .windows = &radiograph_window }

static const NegDemoSeries child_now[] = { CHILD_CHEST (20) };
static const NegDemoSeries child_before[] = { CHILD_CHEST (30) };
static const NegDemoStudy child_studies[] = {
  { "20260913", "190500", "Chest radiograph", "DEMO-26-0100", "Lekarz^Wanda", "005Y", STUDY (child_now) },
  { "20251203", "084000", "Chest radiograph", "DEMO-25-0130", "Lekarz^Wanda", "004Y", STUDY (child_before) },
};

/* --- 11: coronary angiography --- */

static const NegDemoSeries coronaries[] = {
  { .number = 1, .description = "Left coronary, RAO 20 CAU 20", .modality = "XA", .body_part = "HEART",
    .kind = NEG_DEMO_ANGIOGRAM, .image_type = "ORIGINAL\\PRIMARY\\SINGLE PLANE", .findings = { 2 }, .columns = 512,
    .rows = 512, .spacing_mm = 0.3, .frames = 52, .n = 1, .deviation = 4, .windows = &angio_window },
};
static const NegDemoStudy coronary_studies[] = {
  { "20260918", "074530", "Coronary angiography", "DEMO-26-0125", "Médica^Lucía", "066Y", STUDY (coronaries) },
};

#define STUDIES(list) .studies = list, .n_studies = G_N_ELEMENTS (list)

/* The one with few slices comes first: a demo of one patient is quickly made. */
static const NegDemoPatient patients[] = {
  { "Παράδειγμα^Ελένη", "DEMO-0004", "19790130", "F", 1.68, 70, 1, STUDIES (disc_studies) },
  { "Beispiel^Jürgen^^Dr.", "DEMO-0001", "19650203", "M", 1.78, 84, 1, STUDIES (nodule_studies) },
  { "Mihon^Hanako=見本^花子=みほん^はなこ", "DEMO-0002", "19530711", "F", 1.55, 52, 1, STUDIES (bleeding_studies) },
  { "Mithal^Amina=مثال^أمينة", "DEMO-0003", "19920529", "F", 1.64, 61, 1, STUDIES (spots_studies) },
  { "Yangben^Ming=样本^明", "DEMO-0005", "19680422", "M", 1.71, 70, 1, STUDIES (pet_studies) },
  { "Образцова^Анна^Ивановна", "DEMO-0006", "19720816", "F", 1.66, 68, 1, STUDIES (breast_studies) },
  { "Bogi^Minjun=보기^민준", "DEMO-0007", "19850310", "M", 1.75, 73, 1, STUDIES (ultrasound_studies) },
  { "Modèle^Zoé", "DEMO-0008", "19970604", "F", 1.70, 58, 1, STUDIES (photo_studies) },
  { "Udaharan^Priya=उदाहरण^प्रिया", "DEMO-0009", "19770219", "F", 1.60, 57, 1, STUDIES (liver_studies) },
  { "Przykładowa^Łucja", "DEMO-0010", "20210701", "F", 1.08, 18, 0.58, STUDIES (child_studies) },
  { "Ejemplo^José^Ángel", "DEMO-0011", "19600112", "M", 1.73, 88, 1, STUDIES (coronary_studies) },
};

const NegDemoPatient *
neg_demo_department_get_patients (guint *n)
{
  *n = G_N_ELEMENTS (patients);
  return patients;
}

guint
neg_demo_series_get_n_instances (const NegDemoSeries *series)
{
  return series->n * MAX (1, series->n_volumes);
}

NegDemoTruth
neg_demo_get_truth (void)
{
  const NegDemoStudy *now = &nodule_studies[0], *before = &nodule_studies[1];
  const NegDemoTruth truth = { .patient_id = "DEMO-0001",
                               .study_date = now->date,
                               .prior_date = before->date,
                               .nodule_mm = NEG_DEMO_NODULE_MM,
                               .nodule_diameter_mm = 2 * now->series[1].findings.lesion_mm };

  return truth;
}
