/* Regions of the body, by the words of descriptions: codes of PS3.16 CID 4031 as they stand in Body Part Examined, and
 * what people write in English and German. A word that is not here names nothing: that costs a prior or a finding at most,
 * while a guess would fetch what nobody needs, or be a false alarm. */
#include "config.h"

#include "model/neg-regions.h"

#include <string.h>

#define TEXT_BYTES_MAX 1024
#define WORDS_MAX 32
#define WORD_BYTES_MAX 63

#define HEAD NEG_REGION_HEAD
#define FACE NEG_REGION_FACE
#define NECK NEG_REGION_NECK
#define CSPINE NEG_REGION_CERVICAL_SPINE
#define TSPINE NEG_REGION_THORACIC_SPINE
#define LSPINE NEG_REGION_LUMBAR_SPINE
#define CHEST NEG_REGION_CHEST
#define HEART NEG_REGION_HEART
#define BREAST NEG_REGION_BREAST
#define ABDOMEN NEG_REGION_ABDOMEN
#define PELVIS NEG_REGION_PELVIS
#define SHOULDER NEG_REGION_SHOULDER
#define ARM NEG_REGION_ARM
#define ELBOW NEG_REGION_ELBOW
#define HAND NEG_REGION_HAND
#define HIP NEG_REGION_HIP
#define LEG NEG_REGION_LEG
#define KNEE NEG_REGION_KNEE
#define FOOT NEG_REGION_FOOT
#define SPINE (CSPINE | TSPINE | LSPINE)
#define TRUNK (CHEST | ABDOMEN | PELVIS)
/* Only where no part of it is named. */
#define GENERAL (1u << 31)

typedef struct {
  const char *word; /* folded; "x*": begins so, "*x": ends so; with a space: two words */
  guint regions;
} Word;

/* Pairs first: the "neck" of a femur is none. */
static const Word pairs[] = {
  { "c spine", CSPINE },         { "t spine", TSPINE },         { "l spine", LSPINE },
  { "ls spine", LSPINE },        { "d spine", TSPINE },         { "c sp", CSPINE },
  { "l sp", LSPINE },            { "femoral neck", HIP },       { "femoral head", HIP },
  { "neck femur", HIP },         { "radial head", ELBOW },      { "humeral head", SHOULDER },
  { "whole body", NEG_REGION_ALL }, { "ganz korper", NEG_REGION_ALL }, { "total body", NEG_REGION_ALL },
  { "small bowel", ABDOMEN },    { "upper arm", ARM },          { "lower leg", LEG },
  { "upper leg", LEG },          { "rib cage", CHEST },         { "soft palate", FACE },
  { "lower extremity", LEG | KNEE | FOOT }, { "upper extremity", ARM | ELBOW | HAND },
  { "chest wall", CHEST },       { "abdominal aorta", ABDOMEN }, { "thoracic aorta", CHEST },
  { "skull base", HEAD | FACE }, { "acoustic meatus", HEAD },
};

static const Word words[] = {
  { "head", HEAD },         { "brain", HEAD },        { "skull", HEAD },        { "cranial", HEAD },
  { "cranium", HEAD },      { "cerebr*", HEAD },      { "kopf", HEAD },         { "kopf*", HEAD },
  { "schadel*", HEAD },     { "schaedel*", HEAD },    { "hirn*", HEAD },        { "gehirn*", HEAD },
  { "neurocranium", HEAD }, { "neurokranium", HEAD }, { "cct", HEAD },          { "ccta", HEART },
  { "cmrt", HEAD },         { "cmri", HEAD },         { "hypophys*", HEAD },    { "pituitary", HEAD },
  { "sella", HEAD },        { "kleinhirn*", HEAD },   { "headneck", HEAD | NECK }, { "stroke", HEAD },
  { "schlaganfall", HEAD }, { "ventricles", HEAD },   { "iac", HEAD },
  { "face", FACE },         { "facial", FACE },       { "sinus", FACE },        { "sinuses", FACE },
  { "paranasal", FACE },    { "nnh", FACE },          { "nasennebenhohlen", FACE }, { "orbit*", FACE },
  { "jaw", FACE },          { "mandib*", FACE },      { "maxill*", FACE },      { "zygoma", FACE },
  { "tmj", FACE },          { "kiefer*", FACE },      { "unterkiefer*", FACE }, { "oberkiefer*", FACE },
  { "opg", FACE },          { "dental", FACE },       { "zahn*", FACE },        { "nase", FACE },
  { "nasenbein", FACE },    { "nose", FACE },         { "gesicht*", FACE },     { "felsenbein*", FACE | HEAD },
  { "temporal", FACE | HEAD }, { "mittelgesicht", FACE }, { "parotis", FACE | NECK }, { "eye", FACE },
  { "auge", FACE },
  { "neck", NECK },         { "hals", NECK },         { "halsweichteile", NECK }, { "thyroid", NECK },
  { "schilddruse*", NECK }, { "schilddruese*", NECK }, { "carotid*", NECK },    { "carotis*", NECK },
  { "karotis*", NECK },     { "larynx", NECK },       { "pharynx", NECK },      { "kehlkopf", NECK },
  { "parathyroid", NECK },  { "cervical", NECK | CSPINE }, { "zervikal*", NECK | CSPINE },
  { "hws", CSPINE },        { "cspine", CSPINE },     { "hwk", CSPINE },        { "halswirbel*", CSPINE },
  { "dens", CSPINE },       { "bws", TSPINE },        { "tspine", TSPINE },     { "bwk", TSPINE },
  { "dspine", TSPINE },     { "brustwirbel*", TSPINE }, { "dorsal", TSPINE },   { "lws", LSPINE },
  { "lspine", LSPINE },     { "lwk", LSPINE },        { "lendenwirbel*", LSPINE }, { "lumbar", LSPINE },
  { "lumbal*", LSPINE },    { "lumbosacral", LSPINE }, { "lumbosakral", LSPINE }, { "lsspine", LSPINE },
  { "sspine", LSPINE },     { "tlspine", TSPINE | LSPINE }, { "ctspine", CSPINE | TSPINE },
  { "sacrum", LSPINE | PELVIS }, { "sakrum", LSPINE | PELVIS }, { "kreuzbein", LSPINE | PELVIS },
  { "coccyx", LSPINE | PELVIS }, { "steissbein", LSPINE | PELVIS }, { "isg", LSPINE | PELVIS },
  { "sacroiliac", LSPINE | PELVIS }, { "sijoint", LSPINE | PELVIS }, { "iliosakral*", LSPINE | PELVIS },
  { "spine", SPINE | GENERAL }, { "spinal", SPINE | GENERAL }, { "wirbelsaule*", SPINE | GENERAL },
  { "wirbelsaeule*", SPINE | GENERAL }, { "myelo*", SPINE | GENERAL }, { "skoliose", SPINE | GENERAL },
  { "scoliosis", SPINE | GENERAL },
  { "chest", CHEST },       { "thorax*", CHEST },     { "*thorax", CHEST },     { "thoracic", CHEST | GENERAL },
  { "lung*", CHEST },       { "pulmonary", CHEST },   { "pulmon*", CHEST },     { "rib", CHEST },
  { "ribs", CHEST },        { "rippe*", CHEST },      { "sternum", CHEST },     { "mediastin*", CHEST },
  { "cxr", CHEST },         { "hrct", CHEST },        { "ctpa", CHEST },        { "pleura*", CHEST },
  { "bronch*", CHEST },     { "trachea", CHEST | NECK }, { "esophagus", CHEST }, { "osophagus", CHEST },
  { "oesophagus", CHEST },  { "chestabdomen", CHEST | ABDOMEN }, { "chestabdpelvis", TRUNK },
  { "tap", TRUNK },         { "cap", TRUNK },         { "rumpf", TRUNK },       { "trunk", TRUNK },
  { "staging", TRUNK },     { "polytrauma", NEG_REGION_ALL }, { "aorta*", CHEST | ABDOMEN },
  { "heart", HEART },       { "cardiac", HEART },     { "coronary", HEART },    { "herz*", HEART },
  { "kardio*", HEART },     { "cardio*", HEART },     { "koronar*", HEART },    { "coro", HEART },
  { "koro", HEART },        { "cmr", HEART },         { "echokardio*", HEART }, { "echocardio*", HEART },
  { "tte", HEART },         { "tee", HEART },         { "myokard*", HEART },    { "myocard*", HEART },
  { "brustkorb", CHEST },   { "breast*", BREAST },    { "mamm*", BREAST },      { "brust", BREAST },      { "tomosynth*", BREAST },
  { "mrm", BREAST },        { "axilla", BREAST | SHOULDER },
  { "abdom*", ABDOMEN },    { "abd", ABDOMEN },       { "abdo", ABDOMEN },      { "bauch*", ABDOMEN },
  { "oberbauch*", ABDOMEN }, { "unterbauch*", ABDOMEN | PELVIS }, { "liver", ABDOMEN }, { "leber*", ABDOMEN },
  { "hepat*", ABDOMEN },    { "pancrea*", ABDOMEN },  { "pankreas*", ABDOMEN }, { "kidney*", ABDOMEN },
  { "renal", ABDOMEN },     { "niere*", ABDOMEN },    { "spleen", ABDOMEN },    { "milz", ABDOMEN },
  { "gallbladder", ABDOMEN }, { "gallen*", ABDOMEN }, { "biliary", ABDOMEN },   { "mrcp", ABDOMEN },
  { "ercp", ABDOMEN },      { "stomach", ABDOMEN },   { "magen*", ABDOMEN },    { "colon*", ABDOMEN },
  { "kolon*", ABDOMEN },    { "bowel", ABDOMEN },     { "darm*", ABDOMEN },     { "appendix", ABDOMEN },
  { "sellink", ABDOMEN },   { "adrenal*", ABDOMEN },  { "nebenniere*", ABDOMEN }, { "kub", ABDOMEN | PELVIS },
  { "ivp", ABDOMEN | PELVIS }, { "urogra*", ABDOMEN | PELVIS }, { "abdomenpelvis", ABDOMEN | PELVIS },
  { "abdpelvis", ABDOMEN | PELVIS }, { "harn*", ABDOMEN | PELVIS }, { "ureter*", ABDOMEN | PELVIS },
  { "pelvi*", PELVIS },     { "becken*", PELVIS },    { "bladder", PELVIS },    { "blase*", PELVIS },
  { "harnblase*", PELVIS }, { "prosta*", PELVIS },    { "uter*", PELVIS },      { "ovar*", PELVIS },
  { "rectum", PELVIS },     { "rektum*", PELVIS },    { "scrotum", PELVIS },    { "testis", PELVIS },
  { "hoden", PELVIS },      { "obstetric*", PELVIS }, { "fetal", PELVIS },      { "gyn*", PELVIS },
  { "leiste*", PELVIS | HIP }, { "groin", PELVIS | HIP },
  { "shoulder*", SHOULDER }, { "schulter*", SHOULDER }, { "clavicle", SHOULDER }, { "clavicula", SHOULDER },
  { "klavikula", SHOULDER }, { "scapula*", SHOULDER }, { "skapula", SHOULDER }, { "acj", SHOULDER },
  { "arm", ARM },           { "humerus", ARM },       { "forearm", ARM },       { "radius", ARM },
  { "ulna", ARM },          { "oberarm*", ARM },      { "unterarm*", ARM },     { "elbow*", ELBOW },
  { "ellenbogen*", ELBOW }, { "ellbogen*", ELBOW },   { "hand", HAND },         { "hands", HAND },
  { "wrist*", HAND },       { "finger*", HAND },      { "thumb", HAND },        { "daumen*", HAND },
  { "handgelenk*", HAND },  { "mittelhand*", HAND },  { "handwurzel*", HAND },  { "scaphoid", HAND },
  { "kahnbein*", HAND | FOOT },
  { "hip", HIP },           { "hips", HIP },          { "huft*", HIP },         { "hueft*", HIP },
  { "acetabul*", HIP | PELVIS }, { "leg", LEG },      { "legs", LEG },          { "thigh", LEG },
  { "femur", LEG | HIP },   { "calf", LEG },          { "tibia", LEG },         { "fibula", LEG },
  { "bein", LEG },          { "beine", LEG },         { "oberschenkel*", LEG }, { "unterschenkel*", LEG },
  { "ganzbein*", LEG | KNEE | HIP }, { "knee*", KNEE }, { "knie*", KNEE },      { "patella*", KNEE },
  { "foot", FOOT },         { "feet", FOOT },         { "fuss*", FOOT },        { "vorfuss*", FOOT },
  { "ankle*", FOOT },       { "osg", FOOT },          { "sprunggelenk*", FOOT }, { "toe", FOOT },
  { "toes", FOOT },         { "zehe*", FOOT },        { "calcan*", FOOT },      { "kalkaneus", FOOT },
  { "fersenbein", FOOT },   { "heel", FOOT },
  { "wholebody", NEG_REGION_ALL }, { "ganzkorper*", NEG_REGION_ALL }, { "ganzkoerper*", NEG_REGION_ALL },
  { "babygram", NEG_REGION_ALL }, { "skeletal", NEG_REGION_ALL }, { "skelett*", NEG_REGION_ALL },
};

static const Word names[] = {
  { "head", HEAD },
  { "face", FACE },
  { "neck", NECK },
  { "cervical-spine", CSPINE },
  { "thoracic-spine", TSPINE },
  { "lumbar-spine", LSPINE },
  { "spine", SPINE },
  { "chest", CHEST },
  { "heart", HEART },
  { "breast", BREAST },
  { "abdomen", ABDOMEN },
  { "pelvis", PELVIS },
  { "shoulder", SHOULDER },
  { "arm", ARM },
  { "elbow", ELBOW },
  { "hand", HAND },
  { "hip", HIP },
  { "leg", LEG },
  { "knee", KNEE },
  { "foot", FOOT },
  { "whole-body", NEG_REGION_ALL },
};

/* Both ways. The spine's neighbours are the organs whose CT shows it, and the other way round: an old abdomen CT says
 * when a lumbar vertebra broke. */
static const struct {
  guint a, b;
} near_pairs[] = {
  { HEAD, FACE },      { HEAD, NECK | CSPINE },     { FACE, NECK },          { NECK, CSPINE },     { NECK, CHEST },
  { CSPINE, TSPINE },  { TSPINE, CHEST },           { TSPINE, LSPINE },      { LSPINE, ABDOMEN },  { LSPINE, PELVIS },
  { CHEST, HEART },    { CHEST, ABDOMEN },          { CHEST, BREAST },       { CHEST, SHOULDER },  { ABDOMEN, PELVIS },
  { PELVIS, HIP },     { SHOULDER, ARM },           { ARM, ELBOW },          { ELBOW, HAND },      { ARM, HAND },
  { HIP, LEG },        { LEG, KNEE },               { LEG, FOOT },           { CSPINE, SHOULDER },
};

/* Lower case, without marks: "Schädel" and "SCHADEL" are one word. */
static char *
dup_folded (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) strnlen (text, TEXT_BYTES_MAX));
  g_autofree char *folded = g_utf8_casefold (valid, -1);
  g_autofree char *apart = g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
  GString *plain = g_string_new (NULL);

  for (const char *at = apart; at != NULL && *at != '\0'; at = g_utf8_next_char (at))
    if (!g_unichar_ismark (g_utf8_get_char (at)))
      g_string_append_unichar (plain, g_utf8_get_char (at));
  return g_string_free (plain, FALSE);
}

char **
neg_words_split (const char *text)
{
  g_autofree char *folded = dup_folded (text != NULL ? text : "");
  GPtrArray *found = g_ptr_array_new ();
  const char *begin = NULL;

  for (const char *at = folded; found->len < WORDS_MAX; at = g_utf8_next_char (at)) {
    if (*at != '\0' && g_unichar_isalnum (g_utf8_get_char (at))) {
      begin = begin != NULL ? begin : at;
      continue;
    }
    if (begin != NULL && at - begin <= WORD_BYTES_MAX)
      g_ptr_array_add (found, g_strndup (begin, (gsize) (at - begin)));
    begin = NULL;
    if (*at == '\0')
      break;
  }
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (found, FALSE);
}

static gboolean
is_word (const char *pattern, const char *word)
{
  gsize length = strlen (pattern);

  if (*pattern == '*')
    return g_str_has_suffix (word, pattern + 1);
  return pattern[length - 1] == '*' ? strncmp (pattern, word, length - 1) == 0 : strcmp (pattern, word) == 0;
}

static guint
find_pair (const char *first, const char *second)
{
  gsize length = strlen (first);

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (strncmp (pairs[i].word, first, length) == 0 && pairs[i].word[length] == ' '
        && strcmp (pairs[i].word + length + 1, second) == 0)
      return pairs[i].regions;
  return 0;
}

static guint
find_word (const char *word)
{
  guint regions = 0;

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (is_word (words[i].word, word)) {
      if (strcmp (words[i].word, word) == 0)
        return words[i].regions;
      regions |= words[i].regions;
    }
  return regions;
}

guint
neg_regions_find (const char *text)
{
  g_auto (GStrv) found = neg_words_split (text);
  guint regions = 0, general = 0;

  for (guint i = 0; found[i] != NULL; i++) {
    guint named = found[i + 1] != NULL ? find_pair (found[i], found[i + 1]) : 0;

    i += named != 0 ? 1 : 0;
    named = named != 0 ? named : find_word (found[i]);
    if ((named & GENERAL) != 0)
      general |= named & ~GENERAL;
    else
      regions |= named;
  }
  /* "Thoracic spine", "lumbar spine": together they say more than each. */
  if ((general & CHEST) != 0 && (general & SPINE) != 0)
    return (regions & SPINE) != 0 ? regions | TSPINE : TSPINE | (regions & ~CHEST);
  if ((regions & CSPINE) != 0 && (general & SPINE) != 0)
    return regions & ~NECK;
  return regions != 0 ? regions : general;
}

guint
neg_regions_find_named (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (names[i].word, name) == 0)
      return names[i].regions;
  return 0;
}

guint
neg_regions_get_near (guint regions)
{
  guint near = 0;

  for (guint i = 0; i < G_N_ELEMENTS (near_pairs); i++) {
    near |= (regions & near_pairs[i].a) != 0 ? near_pairs[i].b : 0;
    near |= (regions & near_pairs[i].b) != 0 ? near_pairs[i].a : 0;
  }
  return near & ~regions;
}

NegSide
neg_side_find (const char *text)
{
  static const struct {
    const char *word;
    NegSide side;
  } sides[] = {
    { "left", NEG_SIDE_LEFT },    { "l", NEG_SIDE_LEFT },       { "lt", NEG_SIDE_LEFT },     { "li", NEG_SIDE_LEFT },
    { "lks", NEG_SIDE_LEFT },     { "links", NEG_SIDE_LEFT },   { "linke", NEG_SIDE_LEFT },  { "linkes", NEG_SIDE_LEFT },
    { "linker", NEG_SIDE_LEFT },  { "right", NEG_SIDE_RIGHT },  { "r", NEG_SIDE_RIGHT },     { "rt", NEG_SIDE_RIGHT },
    { "re", NEG_SIDE_RIGHT },     { "rechts", NEG_SIDE_RIGHT }, { "rechte", NEG_SIDE_RIGHT },
    { "rechtes", NEG_SIDE_RIGHT }, { "rechter", NEG_SIDE_RIGHT }, { "b", NEG_SIDE_BOTH },   { "bil", NEG_SIDE_BOTH },
    { "bilat", NEG_SIDE_BOTH },   { "bilateral", NEG_SIDE_BOTH }, { "both", NEG_SIDE_BOTH }, { "bds", NEG_SIDE_BOTH },
    { "beidseits", NEG_SIDE_BOTH }, { "beide", NEG_SIDE_BOTH }, { "bd", NEG_SIDE_BOTH },
  };
  g_auto (GStrv) found = neg_words_split (text);
  guint side = NEG_SIDE_UNKNOWN;

  for (guint i = 0; found[i] != NULL; i++) {
    /* The L of "L spine" is lumbar. */
    if (found[i + 1] != NULL && find_pair (found[i], found[i + 1]) != 0)
      continue;
    for (guint j = 0; j < G_N_ELEMENTS (sides); j++)
      if (strcmp (sides[j].word, found[i]) == 0)
        side |= sides[j].side;
  }
  return (NegSide) side;
}
