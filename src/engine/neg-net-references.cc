#include "config.h"

#include "engine/neg-net-references.hh"

#include <cstring>

namespace neg {

constexpr guint status_invalid_value = 0x0115;
constexpr guint status_resource_limitation = 0x0213;

const char *
net_check_uid (const char *text)
{
  gsize length = text != nullptr ? strlen (text) : 0;

  return length > 0 && length <= 64 && strspn (text, "0123456789.") == length ? text : "";
}

const char *
net_read_uid (DcmItem *item, const DcmTagKey &tag)
{
  const char *text = nullptr;

  item->findAndGetString (tag, text);
  return net_check_uid (text);
}

static DcmSequenceOfItems *
find_sequence (DcmItem *item, const DcmTagKey &tag)
{
  DcmSequenceOfItems *sequence = nullptr;

  return item->findAndGetSequence (tag, sequence).good () ? sequence : nullptr;
}

// From item to item: getItem() would count from the first one each time.
static DcmItem *
next_item (DcmSequenceOfItems *sequence, DcmObject **at)
{
  *at = sequence != nullptr ? sequence->nextInContainer (*at) : nullptr;
  return dynamic_cast<DcmItem *> (*at);
}

GVariant *
net_read_references (DcmItem *item, const DcmTagKey &tag, bool with_reason)
{
  DcmSequenceOfItems *sequence = find_sequence (item, tag);
  DcmObject *at = nullptr;
  GVariantBuilder references;
  DcmItem *reference;

  g_variant_builder_init (&references, G_VARIANT_TYPE (with_reason ? "a(ssu)" : "a(ss)"));
  for (gsize i = 0; i < net_references_max && (reference = next_item (sequence, &at)) != nullptr; i++) {
    const char *sop_class = net_read_uid (reference, DCM_ReferencedSOPClassUID);
    const char *instance = net_read_uid (reference, DCM_ReferencedSOPInstanceUID);
    Uint16 reason = 0;

    if (with_reason) {
      reference->findAndGetUint16 (DCM_FailureReason, reason);
      g_variant_builder_add (&references, "(ssu)", sop_class, instance, guint32 (reason));
    } else {
      g_variant_builder_add (&references, "(ss)", sop_class, instance);
    }
  }
  return g_variant_builder_end (&references);
}

static bool
has_nameless (GVariant *references)
{
  GVariantIter iter;
  const char *sop_class, *instance;

  g_variant_iter_init (&iter, references);
  while (g_variant_iter_next (&iter, "(&s&s)", &sop_class, &instance))
    if (*sop_class == '\0' || *instance == '\0')
      return true;
  return false;
}

static const char *
read_step (DcmDataset *dataset)
{
  DcmSequenceOfItems *sequence = find_sequence (dataset, DCM_ReferencedPerformedProcedureStepSequence);
  DcmObject *at = nullptr;
  DcmItem *step = next_item (sequence, &at);

  return step != nullptr ? net_read_uid (step, DCM_ReferencedSOPInstanceUID) : "";
}

// A question is answered as a whole: one that cannot be read to its end, or names what has no name, is refused.
GVariant *
net_read_question (DcmDataset *dataset, guint *status)
{
  const char *transaction = net_read_uid (dataset, DCM_TransactionUID);
  DcmSequenceOfItems *sequence = find_sequence (dataset, DCM_ReferencedSOPSequence);

  if (*transaction == '\0' || sequence == nullptr || sequence->card () == 0) {
    *status = status_invalid_value;
    return nullptr;
  }
  if (sequence->card () > net_references_max) {
    *status = status_resource_limitation;
    return nullptr;
  }
  g_autoptr (GVariant) references
      = g_variant_ref_sink (net_read_references (dataset, DCM_ReferencedSOPSequence, false));
  if (has_nameless (references)) {
    *status = status_invalid_value;
    return nullptr;
  }
  return g_variant_new ("(ss@a(ss))", transaction, read_step (dataset), references);
}

bool
net_add_references (DcmItem *item, const DcmTagKey &tag, GVariant *references)
{
  const bool with_reason = g_variant_is_of_type (references, G_VARIANT_TYPE ("a(ssu)"));
  GVariantIter iter;
  const char *sop_class, *instance;
  guint32 reason = 0;
  bool is_built = true;

  g_variant_iter_init (&iter, references);
  while (is_built
         && (with_reason ? g_variant_iter_next (&iter, "(&s&su)", &sop_class, &instance, &reason)
                         : g_variant_iter_next (&iter, "(&s&s)", &sop_class, &instance))) {
    DcmItem *reference = nullptr;

    is_built = item->findOrCreateSequenceItem (tag, reference, -2).good ()
               && reference->putAndInsertString (DCM_ReferencedSOPClassUID, sop_class).good ()
               && reference->putAndInsertString (DCM_ReferencedSOPInstanceUID, instance).good ()
               && (!with_reason || reference->putAndInsertUint16 (DCM_FailureReason, Uint16 (reason)).good ());
  }
  return is_built;
}

} // namespace neg
