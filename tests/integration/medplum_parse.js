// A JSON list of messages on stdin; per message its segments as fields, repetitions, components, subcomponents.
'use strict'
const path = require('path')
const { Hl7Message } = require(path.join(process.env.MEDPLUM_FOLDER, 'node_modules', '@medplum', 'core'))

const texts = JSON.parse(require('fs').readFileSync(0, 'utf8'))
console.log(JSON.stringify(texts.map((text) => {
  try {
    const message = Hl7Message.parse(text)
    const delimiter = message.context.subcomponentSeparator || undefined
    return message.segments.map((segment) => segment.fields.map((field) =>
      field.components.map((repetition) => repetition.map((component) => component.split(delimiter)))))
  } catch (error) {
    return { error: String(error) }
  }
})))
