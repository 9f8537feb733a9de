#include "config.h"

#include "engine/exercise-asked.h"

#include <memory>

#include "base/neg-error.h"
#include "engine/neg-net-dataset.hh"
#include "engine/neg-net-references.hh"

namespace neg {

// As the transport's, without a connection.
bool
net_fail (GError **error, const OFCondition &condition, const char *doing)
{
  return neg_fail (error, NEG_ERROR_PROTOCOL, nullptr, "%s: %s", doing, condition.text ());
}

} // namespace neg

// What is taken names something to its end, and reads the same when it is written again.
static void
check_question (GVariant *question)
{
  g_autoptr (GVariant) references = nullptr;
  const char *transaction, *step, *sop_class, *instance;
  GVariantIter iter;
  DcmDataset again;

  g_variant_get (question, "(&s&s@a(ss))", &transaction, &step, &references);
  const gsize n = g_variant_n_children (references);
  if (*transaction == '\0' || n == 0 || n > neg::net_references_max)
    g_error ("a question about nothing");
  g_variant_iter_init (&iter, references);
  while (g_variant_iter_next (&iter, "(&s&s)", &sop_class, &instance))
    if (*neg::net_check_uid (sop_class) == '\0' || *neg::net_check_uid (instance) == '\0')
      g_error ("an object without a name");
  if (!neg::net_add_references (&again, DCM_ReferencedSOPSequence, references))
    g_error ("references that cannot be written");
  g_autoptr (GVariant) read = g_variant_ref_sink (neg::net_read_references (&again, DCM_ReferencedSOPSequence, false));
  if (!g_variant_equal (read, references))
    g_error ("references that are read otherwise");
}

// What is said to be all of it has a path and a value for each.
static void
check_attributes (DcmDataset *dataset)
{
  GVariantBuilder builder;
  GVariantIter iter;
  const char *path, *value;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(ss)"));
  neg::net_attributes_add_all (&builder, dataset);
  g_autoptr (GVariant) attributes = g_variant_ref_sink (g_variant_builder_end (&builder));
  g_variant_iter_init (&iter, attributes);
  while (g_variant_iter_next (&iter, "(&s&s)", &path, &value))
    if (*path == '\0' || !g_utf8_validate (value, -1, nullptr))
      g_error ("an attribute that is none");
}

void
exercise_asked (const guint8 *bytes, gsize length)
{
  g_autoptr (GError) error = nullptr;

  OFLog::configure (OFLogger::OFF_LOG_LEVEL);
  std::unique_ptr<DcmDataset> dataset (neg::net_read_dataset (bytes, length, &error));
  guint status = 0;

  if (dataset == nullptr) {
    if (error == nullptr)
      g_error ("a failure without a word");
    return;
  }
  GVariant *asked = neg::net_read_question (dataset.get (), &status);
  g_autoptr (GVariant) question = asked != nullptr ? g_variant_ref_sink (asked) : nullptr;
  if (question != nullptr)
    check_question (question);
  else if (status == 0)
    g_error ("a refusal without a status");
  g_autoptr (GVariant) failed = g_variant_ref_sink (neg::net_read_references (dataset.get (), DCM_FailedSOPSequence, true));
  if (g_variant_n_children (failed) > neg::net_references_max)
    g_error ("more failures than may be named");
  check_attributes (dataset.get ());
}
