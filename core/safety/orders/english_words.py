"""English words of orders: acts in their forms, words that direct, words that may lead in.

Knows: patterns over a masked sentence. Does not know: which of them together are an order.
"""

from core.safety.orders.measures import AMOUNT, TIME
from core.safety.orders.medicines import MEDICINE

OBJECT = rf"(?:{MEDICINE}|{AMOUNT}|dos(?:e|es|age|ing)(?![a-z])|course(?![a-z]))"
STRONG = (
    "take|swallow|start|begin|initiate|commence|stop|discontinue|cease|hold|withhold|omit|skip|"
    "continue|resume|restart|administer|give|inject|switch|taper|halve|quit|suspend|prescribe|"
    "reintroduce|dispense|restarting|chew|inhale|swap|double|triple|exceed|co-?prescribe|"
    "carry on|"
    "co-?administer"
)
WEAK = (
    "use|try|have|get|receive|add|put|keep|change|adjust|increase|raise|reduce|decrease|lower|"
    "cut|"
    "titrate|convert|replace|substitute|avoid|order|repeat|pause|interrupt|combine|load|finish|"
    "complete|choose|drop|pick|favou?r|prefer|come off|go on|go back|go for|stay on|stick with|"
    "go up|go down|apply|delay|remove|wean|bridge|limit|up|opt for|leave|treat|cover|drink|"
    "bin|ditch|scrap|"
    "need|want|require|step|bring|move|maintain|stick to|remain on|run|push|bolus|infuse|set"
)
GERUNDS = (
    "taking|swallowing|starting|beginning|initiating|commencing|stopping|discontinuing|ceasing|"
    "holding|withholding|omitting|skipping|continuing|resuming|restarting|administering|giving|"
    "injecting|switching|tapering|halving|suspending|prescribing|reintroducing|using|trying|"
    "adding|"
    "changing|adjusting|increasing|raising|reducing|decreasing|lowering|cutting|titrating|"
    "replacing|"
    "substituting|avoiding|pausing|interrupting|combining|delaying|doubling|swapping|keeping|"
    "limiting|weaning|dropping|converting|deprescribing|withdrawing|withdrawal|discontinuation|"
    "initiation|cessation|co-?administration|substitution|coming off|going"
)
PAST = (
    "given|taken|started|begun|initiated|commenced|stopped|discontinued|ceased|held|withheld|"
    "omitted|"
    "skipped|continued|resumed|restarted|administered|prescribed|reintroduced|used|added|"
    "injected|"
    "switched|changed|tapered|halved|doubled|suspended|replaced|substituted|swapped|avoided|"
    "paused|"
    "interrupted|combined|co-?administered|titrated|repeated|delayed|dosed|limited|withdrawn|"
    "increased|reduced|decreased|lowered|raised|adjusted|kept|maintained|put on|taken off|"
    "exceeded|"
    "cut|dispensed|swallowed|converted|weaned"
)
ADVERBS = (
    r"(?:\s+(?:not|also|now|then|safely|immediately|promptly|probably|always|never|only|just|"
    r"still|"
    r"therefore|either|both|rather|first|instead|again|simply|at once|today|tonight|tomorrow|"
    r"please|"
    r"\w+ly|so|really|at least|ever|try to|go ahead and|continue to|start to|be able to|"
    r"in future|"
    r"have to|want to|need to|wish to|be advised to|be told to|be asked to|no longer))*"
)
MODAL = (
    r"should|must|shall|ought to|needs? to|has to|have to|had better|[a-z]+'d better|is to|"
    r"are to|am to|"
    r"may|can|could|might|would|will|'ll|you'd|cannot|can't|won't|wouldn't|shouldn't|mustn't|"
    r"needn't|"
    r"(?:every|good) reason to|"
    r"(?:label|leaflet|insert|guideline|box|protocol|doctor|pharmacist)s? "
    r"(?:says?|states?|reads?)(?: to)?|"
    r"does not need to|let's|let us|let (?:him|her|them|the patient)|gotta|got to|"
    r"(?:want|like|need|advise|urge|tell|ask|instruct|have|get|expect|prefer|require|allow) "
    r"(?:you|him|her|them|the patient|patients) to|"
    r"(?:best|better|wise|prudent|advisable|safer?|safest|reasonable|important|essential|"
    r"necessary|"
    r"time|fine|ok|okay|appropriate|preferable|recommended|advised|required|suggested|"
    r"sensible|free|"
    r"remember|sure|want|need|plan|going|aim|course is|option is|step is|thing is|goal is|is|"
    r"choice is|mandatory|crucial|vital|wisest|simplest|easiest|acceptable|good idea|due) to"
)
PEOPLE = r"(?:\s+(?:you|he|she|they|the patient|patients|we|i|this patient|him|her|them|it))?"
LEAD = (
    r"(?:(?:please|pls|then|and|also|now|first(?:ly)?|second(?:ly)?|third(?:ly)?|next|so|but|"
    r"or|just|"
    r"instead|kindly|simply|always|never|only|therefore|thus|hence|ok|okay|yes|no|right|sure|"
    r"immediately|today|tonight|tomorrow|otherwise|do|don't|do not|not|you|for now|meanwhile|"
    r"finally|"
    r"safely|carefully|again|if so|if not|in that case|once|from now on|go ahead and|remember to|"
    r"be sure to|make sure to|make sure you|try to|urgently|promptly|at once|well|answer|"
    r"temporarily|gradually|slowly|permanently|abruptly|either|to|doctor|nurse|patient|everyone|"
    rf"hereby|we|i|i'd|i'll|we'll|let me|better|preferably|ideally|{TIME}|action)\s+)*"
)
