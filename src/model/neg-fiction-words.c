/* The words that inventions are made of. */
#include "config.h"

#include <string.h>

#include "model/neg-fiction-private.h"

/* Nobody's: trees, weather and places for families, what is given to girls and boys alike. */
static const char families[] =
    "Ahornweg Alderbrook Almondfield Amberlake Applecourt Ashmeadow Aspenrow Barleymow Baywillow Beechhollow Birkenau "
    "Birchgrove Blackthorn Bluebell Brackenhill Brambleton Briarwood Brookside Buchenhain Butterfield Cedarcliff Cherrylane "
    "Chestnutt Cloudberry Cloverdale Copperbeech Cottonbay Cranberry Crowberry Cypressa Daffodil Daisyfield Dandelion "
    "Dewberry Driftwood Eichgrund Elderberry Elmcroft Erlenbach Evergreen Fairmeadow Fernhollow Feldahorn Fichtenau Foxglove "
    "Frostfern Gardenia Goldenrod Greenbriar Harebell Hawthornden Hazelmere Heatherly Hollybrook Honeysett Hopfengart "
    "Ivybridge Jasminder Juniperus Kastanien Kiefernholz Kornblume Larchwood Laurelin Lavendula Leafmere Lilacfield "
    "Lindenhof Lupinson Magnolius Maplethorpe Marigolden Meadowlark Mistletoe Mossbank Mulberry Myrtlewood Nettlefold "
    "Nussbaumer Oakenshaw Oleanders Orchardson Palmetto Pappelhof Peachtree Peppermint Periwinkle Pinecrest Plumtree "
    "Poppyseed Primrosa Quincehill Rainfield Redwoods Ringelblum Rosemarin Rowanberry Saffronlea Sagebrush Seabuckthorn "
    "Silberweide Snowdropp Sonnenfeld Sorrelton Sprucewell Starflower Stechpalm Sunflower Sycamorin Tamarisk Tannengrund "
    "Teaberry Thistledown Thymefield Tulpenau Ulmenstein Verbenas Violetta Wacholder Walnutter Waterlily Weidengrün "
    "Wheatfield Wildrose Willowbend Windflower Wintergreen Woodbine Yarrowby Zedernholz";
static const char given[] = "Alexis Andrea Ariel Aubrey Avery Bailey Blair Blake Cameron Charlie Chris Dakota Dana Deniz Dominique Drew "
                            "Eden Elia Emery Finley Frankie Gabriele Harper Hayden Indigo Jamie Jesse Jona Jordan Jules Kai Kerry "
                            "Kim Lennox Leslie Lou Luca Marley Mika Morgan Nikola Noa Parker Pat Payton Quinn Reese Remy Riley Robin "
                            "Rowan Sascha Sage Sam Sidney Skyler Sol Tatum Taylor Toni Vanja Wren Yuki Zion";
static const char places[] = "Lindenpark;Seaside;Hillcrest;Riverside;Parkview;Lakeside;Meadowside;Sunnyside";

/* What free text may say. Numbers with their letter (T2, L5, b1000, B70f) are told by their form. */
static const char vocabulary[] =
    /* modalities and techniques */
    "ct cta mr mrt mri mra mrcp pet spect xa us cr dx dr mg rf nm ot sc pt dwi adc flair stir swi tof dixon fdg psma dti asl epi "
    "tse fse gre spgr vibe space cube haste mprage bold se ir sti mip minip mpr vrt thick thin low dose dosis nativ native plain "
    "contrast kontrast km mit ohne with without and und post pre iv oral rectal gd arterial venous portal portalvenous "
    "portovenous late delayed delay early equilibrium arteriell venös portalvenös spät früh phase phases phasen three four two "
    "drei vier zwei dynamic dynamisch diffusion perfusion angiography angiographie angiogram coronary koronar "
    "echocardiography echokardiographie sonography sonographie ultrasound doppler duplex color mammography mammographie "
    "tomosynthesis screening scout localizer localiser topogram topogramm survey surview radiograph radiographs radiography "
    "röntgen thorax x-ray xray fluoroscopy durchleuchtung dermoscopy photo foto photograph attenuation corrected uncorrected "
    "ac nac wb whole ganz full partial follow-up followup control kontrolle verlauf baseline gated ecg ekg "
    /* parts of the body */
    "head kopf schädel skull brain hirn gehirn cranium neck hals cervical thoracic lumbar sacral spine wirbelsäule lwk bwk hwk "
    "hws bws lws cspine tspine lspine chest lung lungs lunge mediastinum heart herz cardiac liver leber pancreas pankreas "
    "spleen milz kidney kidneys niere nieren renal adrenal abdomen abdominal bauch pelvis becken pelvic hip hüfte knee knie "
    "ankle sprunggelenk foot fuß fuss toe hand wrist handgelenk finger elbow ellbogen forearm unterarm arm shoulder schulter "
    "humerus femur tibia leg bein thigh oberschenkel unterschenkel extremity extremities joint gelenk breast mamma brust prostate prostata "
    "uterus ovary bladder blase gallbladder gallenblase bile colon bowel darm stomach magen esophagus ösophagus trunk rumpf "
    "body körper bone bones knochen soft tissue weichteile weichteil vessel vessels gefäße aorta carotid karotis pulmonary "
    "artery arteries arterie vein veins vene cerebral orbit orbita sinus sinuses nnh mastoid temporal pituitary hypophyse skin "
    "haut thyroid schilddrüse larynx rib ribs rippen sternum clavicle scapula sacrum valve chambers chamber root wrists hands "
    /* planes, sides, views */
    "axial ax tra transversal transverse sag sagittal cor coronal koronar oblique obl tilted plane planes single biplane left "
    "right links rechts both bilateral beide beidseits l r li re bds rl si pa ap lat lateral seitlich dorsovolar cc mlo ml lm "
    "rao lao cra cau view views upright supine prone stehend liegend recon reformat isotropic "
    /* kernels, units, the standard's own terms */
    "sharp soft smooth standard lunge hart weich kernel medium fs fat sat sup water weighted cm mm ml mg kv kvp mas ma ms s sec "
    "min hz mmhg x of the von der die das primary original derived secondary m nd none norm dis2d axial localizer yes no "
    "monochrome1 monochrome2 rgb m f o u unknown anterior posterior superior inferior feet first hfs hfp ffs ffp series study "
    "image images serie studie bild bilder position state key test";

static GHashTable *
new_set (const char *words)
{
  GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) parts = g_strsplit (words, " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_hash_table_add (set, g_utf8_casefold (parts[i], -1));
  return set;
}

static GHashTable *
get_vocabulary (void)
{
  static GHashTable *set;

  if (g_once_init_enter (&set))
    g_once_init_leave (&set, new_set (vocabulary));
  return set;
}

static GHashTable *
get_inventions (void)
{
  static GHashTable *set;

  if (g_once_init_enter (&set)) {
    g_autofree char *all = g_strconcat (families, " ", given, NULL);

    g_once_init_leave (&set, new_set (all));
  }
  return set;
}

gboolean
_neg_fiction_is_own_word (const char *word)
{
  return g_hash_table_contains (get_vocabulary (), word) || g_hash_table_contains (get_inventions (), word);
}

/* The word of number @number; given. */
static char *
dup_word (const char *words, const char *separator, guint64 number)
{
  g_auto (GStrv) parts = g_strsplit (words, separator, -1);

  return g_strdup (parts[number % g_strv_length (parts)]);
}

char *
_neg_fiction_dup_name (const char *text, guint64 number)
{
  g_autofree char *family = dup_word (families, " ", number);
  g_autofree char *first = dup_word (given, " ", number / 4093);

  return g_strdup_printf (strchr (text, '^') != NULL ? "%s^%s" : "%s, %s", family, first);
}

char *
_neg_fiction_dup_place (guint64 number)
{
  g_autofree char *name = dup_word (places, ";", number);

  return g_strdup_printf ("%s %u", name, (guint) (number / 61 % 20) + 1);
}

/* --- free text --- */

static gboolean
is_word_character (gunichar c)
{
  return g_unichar_isalnum (c) || g_unichar_ismark (c);
}

/* 12, 1.5: no date, no telephone number. */
static gboolean
is_number (const char *word)
{
  gsize n = strspn (word, "0123456789"), n_behind;

  if (n == 0 || n > 4 || (word[n] != '\0' && word[n] != '.' && word[n] != ','))
    return FALSE;
  if (word[n] == '\0')
    return TRUE;
  n_behind = strspn (word + n + 1, "0123456789");
  return n_behind > 0 && n + n_behind <= 5 && word[n + 1 + n_behind] == '\0';
}

/* "512x512", or letters before and one behind a number, as in T2, L5, b1000, B70f. */
static gboolean
is_formula (const char *word)
{
  static const char *const heads[] = { "t", "l", "c", "s", "f", "th", "b", "d", "te", "tr", "ti", "i", "h", "br", "bf", "bl", "hr", "hc", "qr", "p", "n" };
  static const char *const units[] = { "mm", "cm", "d", "s", "t", "mg" };
  gsize n_head = strcspn (word, "0123456789"), n_digits = strspn (word + n_head, "0123456789");
  const char *tail = word + n_head + n_digits;

  if (n_digits == 0 || n_digits > 4)
    return FALSE;
  if (n_head == 0 && *tail == 'x')
    return is_number (tail + 1);
  for (guint i = 0; n_head == 0 && i < G_N_ELEMENTS (units); i++)
    if (g_str_equal (tail, units[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    if (strlen (heads[i]) == n_head && strncmp (word, heads[i], n_head) == 0)
      return *tail == '\0' || (g_ascii_isalpha (tail[0]) && tail[1] == '\0');
  return FALSE;
}

typedef struct {
  GString *text;
  GHashTable *also;
  guint n_numbers; /* that follow each other */
  gboolean dots;   /* what stands last stands for words */
} FreeText;

/* Numbers in a row are a telephone number, a date or an ID, not a thickness. */
static gboolean
may_stay (FreeText *self, const char *word)
{
  g_autofree char *folded = g_utf8_casefold (word, -1);

  if (is_number (word))
    return ++self->n_numbers <= 2;
  self->n_numbers = 0;
  return is_formula (folded) || g_hash_table_contains (get_vocabulary (), folded)
         || (self->also != NULL && g_hash_table_contains (self->also, folded));
}

static void
add_word (FreeText *self, const char *word)
{
  if (may_stay (self, word))
    g_string_append (self->text, word);
  else if (!self->dots)
    g_string_append (self->text, "…");
  self->dots = !g_str_has_suffix (self->text->str, word);
}

/* Between words: a space, or what the standard's repertoire has of signs. */
static void
add_sign (FreeText *self, gunichar c)
{
  if (self->dots && ((c != ' ' && c != ')' && c != ':') || g_str_has_suffix (self->text->str, " ")))
    return;
  if (c == ' ' || c == L'…' || c == L'→' || c == L'·' || (c < 128 && g_unichar_isprint (c)))
    g_string_append_unichar (self->text, c);
}

/* Letters and digits; where it begins with a digit, all that a number or a date is written with. */
static const char *
find_end (const char *word)
{
  const char *end = word;

  if (g_ascii_isdigit (*word)) {
    while (g_ascii_isdigit (*end) || (*end != '\0' && strchr (".,-/:", *end) != NULL && g_ascii_isdigit (end[1])))
      end++;
    if (strpbrk (word, ".,-/:") != NULL && strpbrk (word, ".,-/:") < end)
      return end;
    end = word;
  }
  while (*end != '\0' && is_word_character (g_utf8_get_char (end)))
    end = g_utf8_next_char (end);
  return end;
}

char *
_neg_fiction_dup_free (const char *text, GHashTable *also)
{
  FreeText self = { g_string_new (NULL), also };

  while (*text != '\0') {
    const char *end = find_end (text);

    if (end > text) {
      g_autofree char *word = g_strndup (text, end - text);

      add_word (&self, word);
    } else {
      end = g_utf8_next_char (text);
      add_sign (&self, g_utf8_get_char (text));
    }
    text = end;
  }
  return g_strchomp (g_string_free (self.text, FALSE));
}

/* --- what has no form of its own --- */

char *
_neg_fiction_dup_prose (const char *text)
{
  if (g_utf8_strlen (text, -1) <= 60)
    return g_strdup ("Invented text");
  return g_strdup ("Invented text in place of what is written here.\n\n"
                   "There would be a paragraph about what was seen, and one about what was seen before.\n\n"
                   "Then there would be what it means.");
}

char *
_neg_fiction_dup_path (const char *text, guint64 number)
{
  static const char *const known[] = { ".dcm", ".zip", ".tar", ".gz", ".png", ".jpg", ".webm", ".csv", ".html", ".pdf", ".json" };
  const char *suffix = "";

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_str_has_suffix (text, known[i]))
      suffix = known[i];
  return g_strdup_printf ("%s%08x%s", strchr (text, '/') != NULL ? "/invented/" : "", (guint) (number & 0xffffffff), suffix);
}

/* Digits at the beginning: 20260914 or 2026-09-14; their number of bytes, 0 where it is no date. */
static gsize
parse_date (const char *text, GDate *date)
{
  gboolean hyphens = strlen (text) >= 10 && text[4] == '-' && text[7] == '-';
  guint digits[8];

  if (!hyphens && strspn (text, "0123456789") < 8)
    return 0;
  for (guint i = 0; i < 8; i++) {
    char c = text[hyphens ? i + (i >= 4) + (i >= 6) : i];

    if (!g_ascii_isdigit (c))
      return 0;
    digits[i] = c - '0';
  }
  if (!g_date_valid_dmy (digits[6] * 10 + digits[7], digits[4] * 10 + digits[5],
                         digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]))
    return 0;
  g_date_set_dmy (date, digits[6] * 10 + digits[7], digits[4] * 10 + digits[5],
                  digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]);
  return hyphens ? 10 : 8;
}

char *
_neg_fiction_dup_date (const char *text, int days)
{
  GDate date;
  gsize n;

  g_date_clear (&date, 1);
  n = parse_date (text, &date);
  /* What follows may be a time; any other digits are nobody's business. */
  if (n == 0 || strlen (text + n) > 24 || strspn (text + n, "0123456789.+-:TZ ") != strlen (text + n))
    return g_strdup (*text != '\0' ? "…" : "");
  if (days < 0 && g_date_get_julian (&date) > (guint) -days)
    g_date_subtract_days (&date, -days);
  else if (days > 0)
    g_date_add_days (&date, days);
  return g_strdup_printf (n == 10 ? "%04u-%02u-%02u%s" : "%04u%02u%02u%s", g_date_get_year (&date), g_date_get_month (&date),
                          g_date_get_day (&date), text + n);
}
