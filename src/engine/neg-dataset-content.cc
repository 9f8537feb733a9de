#include "config.h"

#include "engine/neg-dataset-content.hh"

namespace neg {

constexpr gsize studies_max = 1000;
constexpr guint32 predecessors_max = 10000;

static std::string
take (char *text)
{
  std::string result = text != nullptr ? text : "";

  g_free (text);
  return result;
}

/* Table 8.8-1: the value stands in one of three attributes, by its length. */
Concept
read_concept (const Item &item, const DcmTagKey &sequence)
{
  Item code = item.first (sequence);
  Concept result;

  if (!code)
    return result;
  result.value = take (code.code (DCM_CodeValue, 256));
  if (result.value.empty ())
    result.value = take (code.code (DCM_LongCodeValue, 1024));
  if (result.value.empty ())
    result.value = take (code.code (DCM_URNCodeValue, 1024));
  result.scheme = take (code.code (DCM_CodingSchemeDesignator, 256));
  result.meaning = take (code.text (DCM_CodeMeaning, 1024));
  return result;
}

Evidence::Evidence (const Item &root)
{
  static const DcmTagKey sequences[]
      = { DCM_CurrentRequestedProcedureEvidenceSequence, DCM_PertinentOtherEvidenceSequence };
  ReferenceReader reader (root.reading);

  for (const DcmTagKey &tag : sequences)
    for (const Item &study : root.items (tag, studies_max)) {
      g_autofree char *study_uid = study.code (DCM_StudyInstanceUID, 256);
      ImageReferences listed;

      reader.read_series (study, study_uid, &listed.references);
      for (guint32 i = 0; i < listed.references.n; i++) {
        const NegImageReference &one = listed.references.items[i];

        places.emplace (one.sop_instance_uid, std::make_pair (one.study_uid != nullptr ? one.study_uid : "",
                                                              one.series_uid != nullptr ? one.series_uid : ""));
      }
    }
}

void
Evidence::place (NegImageReference *reference) const
{
  auto found = places.find (reference->sop_instance_uid);

  if (found == places.end ())
    return;
  if (reference->study_uid == nullptr && !found->second.first.empty ())
    reference->study_uid = g_strdup (found->second.first.c_str ());
  if (reference->series_uid == nullptr && !found->second.second.empty ())
    reference->series_uid = g_strdup (found->second.second.c_str ());
}

/* The title by its code: its words are in any language. */
char *
read_document_code (const Item &root)
{
  const Concept title = read_name (root);

  return title.value.empty () ? nullptr : g_strconcat (title.scheme.c_str (), " ", title.value.c_str (), nullptr);
}

/* C.17.2. Of another study it is what this document draws on (a prior), which stays what it is. */
char **
read_predecessors (const Item &root)
{
  ReferenceReader reader (root.reading);
  const char *own_study = root.reading->instance->study_uid;
  ImageReferences named;

  for (const Item &study : root.items (DCM_PredecessorDocumentsSequence, studies_max)) {
    g_autofree char *study_uid = study.code (DCM_StudyInstanceUID, 256);

    if (study_uid == nullptr || g_strcmp0 (study_uid, own_study) == 0)
      reader.read_series (study, study_uid, &named.references);
  }
  const guint32 n = MIN (named.references.n, predecessors_max);
  if (n == 0)
    return nullptr;
  char **result = g_new0 (char *, n + 1);
  for (guint32 i = 0; i < n; i++)
    result[i] = g_steal_pointer (&named.references.items[i].sop_instance_uid);
  return result;
}

char *
read_observer (const Item &root)
{
  for (const Item &item : root.items (DCM_ContentSequence, content_items_max)) {
    if (!read_name (item).is ("DCM", "121008"))
      continue;
    if (char *name = item.person_name (DCM_PersonName))
      return name;
    return item.text (DCM_TextValue, 1024);
  }
  return nullptr;
}

} // namespace neg
