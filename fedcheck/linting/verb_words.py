"""Words by which `verbs` finds the verb of a sentence: those of this field, and of grammar."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ALWAYS = _set(
    "am are aren't be can can't cannot could did didn't do does doesn't don't had has hasn't "
    "have haven't is isn't it's let's may might must needn't shall should that's there's "
    "they're was wasn't were will won't would you're you've"
)
"""Forms that make a sentence whatever is around them."""

BASE = _set(
    "accept access accompany achieve acknowledge acquire act adapt add address adjudicate "
    "adjust adopt affect aggregate agree aim alert align allocate allow alter analyze "
    "annotate announce answer appear apply appoint approve archive arise arrange arrive ask "
    "assemble assert assess assign assist assume assure attach attack attend attest attribute "
    "audit "
    "authenticate authorize automate avoid await back balance base baseline bear become begin "
    "believe belong benefit bill bind blind block book boot bound box branch breach break "
    "brief bring build bypass calculate call cap capture carry cast catch categorize cause "
    "cease centralize certify chain challenge change characterize check choose circulate cite "
    "claim clarify classify clean close collaborate collect collide combine come comment "
    "commit communicate compare compel compile complete comply compose compress compromise "
    "compute conceal concede concern conclude condense conduct configure confine confirm "
    "conflict confuse connect consider consist consolidate constitute construct consult "
    "consume contact contain continue contract contradict contrast contribute control convene "
    "convert convey coordinate cope copy correct correlate correspond cost count cover crash "
    "create credential credit cross customize cut date deactivate deal debrief debug decay "
    "decide declare decline decode decommission decrease decrypt dedicate deem default defeat "
    "defend defer define degrade delay delegate delete deliberate delimit deliver demand "
    "demonstrate denote deny depart depend depict deplete deploy derive describe deserve "
    "design detail detect deter determine develop deviate devise diagram dictate differ "
    "diminish direct disable disagree disappear disclose disconnect discourage discover "
    "discuss dislike dismiss display dispose disrupt distinguish distribute divert divide "
    "document download draw drift drill drive drop dry duplicate earn echo edit elaborate "
    "elect elevate elicit eliminate embed emerge emit emphasize employ enable encapsulate "
    "enclose encode encounter encourage encrypt end endanger endorse enforce engage enhance "
    "enrich enroll ensue ensure entail enter enumerate equal equip erase err escalate "
    "establish estimate evade evaluate evidence evolve examine exceed exchange exclude excuse "
    "execute exempt exercise exhaust exhibit exist expand expect expedite experience expire "
    "explain explore export expose extend extract face facilitate factor fail fall fault "
    "favor feature feed fetch file fill filter finalize find finish fit fix flag flatten flow "
    "focus follow forbid force forecast foresee forge forget forgive form format forward "
    "foster freeze fuel fulfill function fund gain gather generate get give go govern grant "
    "group grow guarantee guard guide halt hand handle happen harden hash hear help hide "
    "hinder hint hire hold host house hunt identify ignore illustrate imagine imitate impact "
    "impair implant implement imply impose improve include incorporate increase indicate "
    "induce infer inflate influence inform inherit inhibit initiate inject insert insist "
    "inspect install instance instruct integrate intend intercept interface interpret "
    "intersect interview introduce inventory investigate invite invoice invoke isolate issue "
    "iterate jeopardize join judge justify keep know label lack land last launch lead leak "
    "learn leave lend let level leverage license lie lift limit link list live load locate "
    "lock log look loop lose lower mail maintain make manage mandate map mark mask match "
    "matter mean measure meet mention merge migrate mine minimize mint mirror misconfigure "
    "mislead misread miss misstate mitigate mix model modify monitor mount move name narrow "
    "need negate neglect negotiate nest net nominate normalize notarize note notice notify "
    "number obey object obligate oblige obscure observe obtain occur offer offset omit "
    "onboard open operate oppose opt order organize originate outline outlive outweigh "
    "overlap overlook override oversee overwrite own pace pair parse participate partition "
    "pass patch pause pay pen penetrate perceive perform permeate permit persist persuade "
    "pertain phish phrase pick pilot pin place plan play plot plug point poll ponder pool "
    "populate post postpone power practice praise precede preclude predict prefer prepare "
    "present preserve preset presume presuppose pretend prevent price print prioritize probe "
    "proceed process proctor produce profile program prohibit promise promote prompt "
    "propagate propose protect protest prove provide provision publish pull purchase purge "
    "pursue push put qualify quantify quarantine query question quit quote raise rank rate "
    "reach react read realize reappear rearrange reason reassess reassign rebrand rebuild "
    "rebut recalculate recall receive recertify recite reckon reclassify recognize recommend "
    "recompute reconcile reconstruct record recover recreate recruit recur redact redefine "
    "redesign redirect redo reduce reevaluate refer reference refine reflect refrain refresh "
    "refuse regain regard register regulate rehearse reinforce reinstall reissue reiterate "
    "reject relate relax release relieve relocate rely remain remediate remember remind "
    "remove render renew reopen reorder repair repeat rephrase replace replicate reply report "
    "represent reproduce request require rescan reschedule reserve reset reside resolve "
    "resource respond rest restart restate restore restrict resubmit result resume retain "
    "retest retire retrain retrieve retry return reuse reveal reverse revert review revise "
    "revisit revoke rewrite ride roll rotate route rule run safeguard sample sandbox sanitize "
    "satisfy save say scale scan scatter schedule scope score script scrub seal search secure "
    "see seek seem segment select sell send sense separate sequence serve service set settle "
    "sever shape share shift shorten show shrink shut sign signal signify simplify simulate "
    "sit size skim skip slip slow smooth solve sort sound source span spawn speak specify "
    "spend split spoof spot spread stack staff stage stall stamp stand standardize start "
    "state stay steer stem step stick stipulate stop store stream strengthen stress strip "
    "structure study submit subscribe substitute subtract succeed suffer suffice suggest suit "
    "sum summarize supersede supervise supplement supply support suppress surface surpass "
    "surround survive suspend sustain sweep switch synchronize table tag tailor take talk "
    "tamper target tax team tell tend terminate test thank think throttle throw thwart tick "
    "tie tighten time tip title tolerate top total touch trace track trade train transfer "
    "transform transition transmit transport transpose trap travel traverse treat triage "
    "trickle trigger trust try tunnel turn type undergo underlie undermine understand undo "
    "unify unlock update upgrade uphold upload urge use utilize validate value vary verify "
    "version vet view violate visit vote vouch wait walk want warn warrant watch weaken weigh "
    "weight widen win wipe wire wish withdraw withhold withstand wonder word work wrap write "
    "yield"
)
"""Verbs in their base form. Those that are nouns as well count only where a verb would be."""

ALSO_NOUNS = _set(
    "access act address affect aggregate alert alternate answer approach appropriate "
    "approximate archive assign attack attempt attribute audit back balance base baseline "
    "benefit bill block book boot bound box branch breach build call cap capture cast catch "
    "cause chain challenge change check claim clean close comment commit complete compromise "
    "concern conflict contact contract control copy correct cost count cover credential "
    "credit cross cut date deal debrief decline default delay deliberate demand design detail "
    "diagram direct display document download draw drift drill drive drop dry duplicate echo "
    "elaborate end equal evidence exchange exercise experience export face factor fall fault "
    "favor feature feed file fill filter finish fit fix flag flow focus force forecast form "
    "format freeze fuel function fund gain grant group guard guide halt hand handle hash hint "
    "hire host house hunt impact implant increase influence instance interface interview "
    "inventory invoice issue join judge lack land last launch lead leak leave level license "
    "lie lift limit link list live load lock log look loop lower mail mandate map mark mask "
    "matter measure merge mine mint mirror miss mix model monitor mount move name narrow net "
    "note notice number object offer offset open order overlap override own pace pair "
    "partition pass patch pause pay pen permit phrase pick pilot pin place plan play plot "
    "plug point poll pool post power practice present preset price print probe process "
    "produce profile program project promise prompt protest provision pull purchase purge "
    "push quarantine query question quote raise range rank rate reason recall record "
    "reference refresh register release repair repeat reply report request rescan research "
    "reserve reset resource rest result resume retest return reuse reverse review ride risk "
    "roll rotate route rule run safeguard sample scale scan schedule scope score script seal "
    "search secure segment sense separate sequence service set shape share shift sign signal "
    "size skim skip slip slow smooth sort sound source span spot spread stack staff stage "
    "stall stamp stand start state stem step stick stop store stream stress strip structure "
    "study subject suit sum supplement supply support surface survey sweep switch table tag "
    "talk target tax team test tick tie time tip title top total touch trace track trade "
    "train transfer transition transport trap travel treat trigger trust try tunnel turn type "
    "update upgrade upload use value version view visit vote wait walk warrant watch weight "
    "win wire word work yield"
)
"""Verbs whose forms are common nouns or adjectives too."""

BOTH_PAST = _set(
    "brought built felt found held kept led left lost made meant met paid read sat sent set "
    "spent split taught thought told understood won"
)
"""Past forms that are participles as well."""

PAST = _set(
    "appeared arose arrived asked became began belonged came chose counted did drew dropped "
    "ended existed failed fell forbade gave got grew happened knew met occurred ran remained "
    "rose said saw showed spoke stayed stood stopped took went withdrew wrote"
)
"""Past forms that are no participles, or that need no object."""

NOUN_BEFORE = _set(
    "a about access across after against all along among an annual another any as at before "
    "between both by complete current daily during each eight either every external federal "
    "few final first five for four from full her his in initial internal into its known last "
    "main many monthly more most my neither new next nine no of official old on one open "
    "other our over own per quarterly recent same second security separate seven several "
    "since single six some such ten than the their these third this those three through "
    "toward two under until valid via weekly whole with within without yearly your"
)
"""Words before which comes a noun, so that a word which can be both is one."""

VERB_BEFORE = _set(
    "also always both either first he i it jointly never not now only please she still "
    "that then they we which who you"
)
"""Words after which a base form is a verb, also where it can be a noun."""

OBJECT_AFTER = _set(
    "a all an any both each every her him it its no our that the their them these this those "
    "what whether you your"
)
"""Words with which the object of a verb begins."""

FINITE_BEFORE = _set("already also even it only still that they we which who you")
"""Words after which a past form is no participle."""

NO_OBJECT = _set(
    "about across after again against along also among and as at because before between but "
    "by during everywhere for from here if in into not of on or over per separately since "
    "than there through to together too toward under until via when where while with within "
    "without"
)
"""What follows a participle, and no past form with an object."""

SUBORDINATORS = _set(
    "after although as because before how if once since so that though unless until what when "
    "whenever where wherever whether which while who whose why"
)
"""Words with which a clause begins whose verb does not make a sentence."""
