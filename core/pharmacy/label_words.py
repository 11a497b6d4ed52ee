"""The words of a label sentence about enzymes: names, roles, negation, whose deed it is.

Knows: patterns, English and simplified Chinese, each bounded, so that time grows with length only;
how the tables spell an enzyme.
Does not know: how a sentence is cut or what follows from a word; that is `label_sentences` and
`label_text`.
"""

import re

ANY_CYP = "CYP_any"


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


_CYP = r"(?:1A1|1A2|2A6|2B6|2C8|2C9|2C19|2D6|2E1|3A4/5|3A4|3A5|3A)"
ENZYME = _words(
    r"CYP\s?-?\s?(?:450\s?)?(?:3A4/5|\d{1,2}[A-Z]\d{1,2}|3A)(?!\d)"
    rf"|(?<![A-Za-z0-9])(?:P\s?-?450\s?)?{_CYP}(?![A-Za-z0-9])"
    r"|P\s?-?\s?gp(?![a-z])|P\s?-?\s?(?:糖|醣)蛋白|P-glycoprotein|OATP\s?1B[13]|BCRP"
    r"|UGT\s?\d[A-Z]\d{1,2}|UGT|OAT[13](?!P)|OCT2|MATE\s?1|MATE\s?2-?K"
)
# A statement about "CYP enzymes" names none: it is shown, and no rule can use it.
FAMILY = _words(r"CYP\s?-?(?:450)?|(?:细胞色素|cytochrome)\s?(?:P\s?-?450)?|P\s?-?450")
NAMED = _words(rf"{ENZYME.pattern}|{FAMILY.pattern}")


def canonical(enzyme: str) -> str:
    """The spelling of the tables: CYP3A and CYP3A5 count as CYP3A4, as in the FDA table."""
    name = re.sub(r"[\s-]", "", enzyme.upper())
    if "蛋白" in name or name in {"PGP", "PGLYCOPROTEIN"}:
        return "P-gp"
    if re.match(r"UGT|OAT|OCT|BCRP", name):
        return name
    if name.startswith("MATE"):
        return "MATE2-K" if name == "MATE2K" else name
    number = re.sub(r"^(?:细胞色素|CYTOCHROME)?(?:CYP|P)?(?:450)?", "", name)
    if not number:
        return ANY_CYP
    return "CYP3A4" if number in {"3A", "3A4/5", "3A5"} else f"CYP{number}"


# Inhibitors of something else; taken out before anything is read.
OTHER_TARGET = _words(
    r"(?:蛋白|激|原|换|化|合|酯|肽)酶抑制剂?|(?:泵|摄取|免疫|骨髓|呼吸|中枢|血小板|因子|受体|凝血酶)抑制剂?"
    r"|(?:protease|pump|reductase|enzyme|ACE|oxidase|MAO|reuptake|kinase|polymerase|integrase|"
    r"transcriptase|phosphodiesterase|PDE-?5|cyclooxygenase|COX-?2|platelet|factor\s\w{1,4}|thrombin|"
    r"aromatase|DPP-?4|SGLT-?2|neuraminidase|proteasome|PARP|mTOR)\s+inhibitors?(?!\s+of\b)"
)
HANDLED = _words(
    r"代谢|底物|受质|转运(?![体蛋])|清除|消除|转化|催化|介导|激活|活化|metaboli[sz]|substrate|"
    r"transported|eliminat|cleared|biotransform|convert|catal[yz]|mediated|oxidi[sz]ed|activat|"
    r"hydroxylat|demethylat|glucuronid"
)
INHIBITS = _words(r"抑制|inhibit")
INDUCES = _words(r"诱导|\binduc")
AFFECTS = _words(r"影响|\baffect|\beffects?\s+on\b")
IS_SUBSTRATE = _words(r"底物|受质|substrate")
NOUN = _words(r"抑制剂|诱导剂|\binhibitors?\b|\binducers?\b")
ROLE = _words(rf"{HANDLED.pattern}|{INHIBITS.pattern}|{INDUCES.pattern}|{AFFECTS.pattern}")
STRENGTHS = (
    ("strong", _words(r"(?<![增加])强(?![度心化])|\bstrong|\bpotent\b")),
    (
        "moderate",
        _words(r"中效|(?:中度|中等)(?![肝肾])|\bmoderate(?!\w*\s+(?:renal|hepatic|liver))"),
    ),
    ("weak", _words(r"弱|\bweak")),
)

# ---- negation: a cue counts only with the words it turns round

_ADVERB = r"(?:显著|明显|直接|太|易|会|能|可能|可|再|以|具有?|被|需)"
_FILLS = (
    r"(?:\s+(?:an?|the|to|be|been|being|by|appear|likely|expected|shown|found|considered|have|has|"
    r"show|exhibit|cause|act|as|in|vitro|any|either|significant(?:ly)?|clinical(?:ly)?|relevant|"
    r"meaningful(?:ly)?|direct(?:ly)?|appreciabl[ey]|substantial(?:ly)?|marked(?:ly)?|strong|potent|"
    r"moderate|weak|evidence|that|known|of|it|inhibitory|both))"
)
_VERB = (
    r"\s+(?:\S{0,12}\s)?(?:inhibit|induc|metaboli|substrate|transported|eliminated|cleared|catal|mediated|"
    r"converted|affect|effect|involve|influence|potential|activit|role\b|by\b|via\b|through\b|CYP|P-gp|"
    r"P-glyco|BCRP|OATP|UGT|OCT|OAT|MATE|dependent|undergo)"
)
NEGATED = _words(
    rf"不{_ADVERB}{{0,3}}(?:经|由|通过|被|是|为|抑制|诱导|影响|属于|参与|作为|代谢|转运|改变|依赖|涉及)"
    r"|未(?:见|发现|观察到|显示|表明|证实|检测到|能|被|经|由|通过|显著|明显|对|抑制|诱导|影响|发生)"
    r"|没有(?:发现|观察到|显示|明显|显著|临床|证据|抑制|诱导|影响|任何)"
    r"|无(?:明显|显著|临床|任何|相关|直接|重要|意义|的){0,4}(?:抑制|诱导|影响|作用|代谢|关(?!紧))"
    r"|(?:并非|(?<!除)非(?=经|由|通过|CYP|P-|OATP|BCRP|UGT|MATE|OCT))"
    rf"|(?<!should )(?<!must )\bnot\b(?!\s+(?:only|known)){_FILLS}{{0,8}}{_VERB}"
    rf"|\bno\b{_FILLS}{{0,6}}{_VERB}|\bneither\b|\bnor\b|\bnon-?CYP|\bother than\b"
    r"|\bindependent(?:ly)? of\b"
    rf"|\b(?:lacks?|lack of|absence of|unlikely|fail(?:s|ed)?|devoid of)\b{_FILLS}{{0,6}}{_VERB}"
)
DANGLING = _words(r"(?:\bnot|\bno)(?:\s+\w+){0,2}\s*$|[不未无]\S{0,4}$")
NOT_LEFT = _words(r"^\s*not\s+(?:by|via|an?)\b")
WHETHER = _words(
    r"\bwhether\b|\bunknown\b|not (?:been )?(?:known|studied|evaluated|established|determined)"
    r"|是否|不清楚|不明确|未明确|尚未(?:研究|确定)|未进行"
)

# ---- whose deed it is

SELF = (
    r"(?:本品|本药|本剂|本制剂|本产品|该药|该品|"
    r"\bthis (?:drug|medicine|medication|product)|\bdrug X)"
)
# "X is a strong inhibitor": copula and noun with nothing between that names another actor.
_COPULA_FILL = (
    r"(?:\s+(?:also|not|both|neither|either|only|itself|known|considered|thought|classified|likely|"
    r"generally|to|be|as|and))*\s+"
)
IS_NOUN = _words(
    r"(?<!\()(?:为|是|属于?|系|作为)(?:(?!合用|避免|禁)[^，,()与]){0,40}?(?:抑制剂|诱导剂)"
    rf"|(?:\b(?:is|was|be)|(?<!such )\bas)\b{_COPULA_FILL}"
    r"(?:(?!\b(?:with|by|when|if|taking)\b).){0,80}?\b(?:inhibitor|inducer)\b"
    rf"|\b(?:are|were)\b{_COPULA_FILL}(?:an?\s+|strong|moderate|weak|potent|CYP|P-gp|inhib|induc)"
)
APPOSED = _words(
    rf"{SELF}\s*[,(（，]\s*(?:为|是|一种|an?\b)?[^,，()]{{0,40}}(?:抑制剂|诱导剂|inhibitor|inducer)"
)
OTHER_IS_NOUN = _words(
    r"(?:合用|并用|联用|其他|其它)[^，,]{0,4}药物?(?:为|是)|\b(?:drugs?|medicines?|agents?)\s+(?:that|which)\b"
    r"|\b(?:drugs|medicines|agents)\s+are\b"
)
SELF_ACTS = _words(rf"{SELF}(?!的?(?:血药)?浓度)[^，,与和]{{0,16}}(?:抑制|诱导|inhibit|induc)")
OTHERS_ACT = _words(
    r"合用|并用|联用|同用|同服|避免|慎用|禁止|禁用|(?:抑制|诱导)[^，,]{0,24}的(?:药|物质|食物)"
    r"|\bavoid|co-?admin|concomitant|contraindicated|\bcaution"
    r"|\b(?:drugs?|agents?|medicines?|medications?|products?|substances?|compounds?)\s+"
    r"(?:that|which|known|capable|with)\b|\bwith\b[^,]{0,60},?\s+(?:which|that)\b"
)
THIS_DRUG_CHANGES = _words(
    rf"(?:使|增加|升高|提高|降低|减少|影响|导致|引起)[^，,]{{0,6}}{SELF}|{SELF}的?(?:血药|血浆|全身|稳态)?"
    r"(?:浓度|暴露|AUC|Cmax|清除|水平)|(?:AUC|C\s?max|exposure|concentrations?|levels?|clearance)\s+"
    rf"(?:\w+\s+){{0,2}}(?:of|to)\s+{SELF}|{SELF}(?:'s)?\s+(?:\w+\s+)?(?:exposure|concentration|AUC|level)"
)
SOMETHING_CHANGES = _words(r"(?:raise|lower|increase|decrease|reduce)[sd]?\s+its\b")
# Substrates that are other drugs: "drugs metabolised by CYP3A4", "CYP3A4 substrates".
OTHERS_HANDLED = _words(
    r"(?:代谢|转运|清除)的(?:其他|其它|一些|某些)?(?:药|底物|化合物)|(?:底物|受质)(?:类|的|合用|药|\(|:|时|同)"
    r"|(?:敏感|其他|其它|与)[^，,]{0,24}(?:底物|受质)"
    r"|\b(?:drugs?|agents?|medicines?|medications?|products?|compounds?)\s+(?:\w+\s+){0,4}"
    r"(?:metaboli[sz]|transported|eliminated|cleared)|(?<!are )(?<!are both )\bsubstrates\b"
    r"|\b(?:with|of|sensitive)\b[^,]{0,40}\bsubstrate|[,(]\s*(?:an?|the)\s+[^,]{0,40}\bsubstrate\b"
)
IS_SUBSTRATES = _words(
    r"\b(?:are|were)\b(?:\s+\w+){0,3}\s+(?:of\s+)?substrates\b"
    r"|(?:为|是|属于?|系|作为)[^，,()与]{0,40}(?:底物|受质)|(?:为|是)一?种?[^，,]{0,30}代谢的药"
    r"|\bis an?\s+(?:\w+\s+){0,2}drug\b|\b(?:is|as)\b[^,]{0,12}\ban?\b[^,]{0,40}\bsubstrate\b"
)
IS_ONE = _words(f"{IS_NOUN.pattern}|{IS_SUBSTRATES.pattern}")
UNCHANGED = _words(
    r"(?:无需|无须|不需要?|不必)[^，,]{0,6}调整|(?:无|没有|未见)[^，,]{0,10}(?:影响|改变|变化|相互作用)"
    r"|不会?(?:显著|明显)?(?:影响|改变)|\bno\s+(?:\w+\s+){0,3}(?:adjust|effect|change|influence|interaction)"
    r"|\bnot\s+(?:\w+\s+){0,3}(?:affect|alter|change|influence)"
)
WARNED = _words(
    r"避免|禁|慎用|不应|不宜|不得|升高|增加|降低|减少|\bavoid|contraindicat|should not|must not|"
    r"\bcaution|increas|decreas|reduc"
)
# A handling that makes the drug active: less of it is formed when the enzyme is inhibited.
MAKES_ACTIVE = _words(
    r"(?:代谢|转化|转变|转换|水解|氧化|生成|形成)(?:为|成|生成|形成|产生|出)?[^，,]{0,12}(?<![无非失灭])"
    r"(?:有?活性的?(?:代谢|产物|成分|形式|药|体|物质))|前药|前体药|(?:激活|活化)(?!剂)"
    r"|\b(?:to|into)\s+(?:\w+\s+){0,3}(?<!less )(?<!no )(?<!not )(?<!weakly )active\b"
    r"|\bpro-?drug|bioactivat|\bactivat(?:ed|ion)\s+(?:\w+\s+){0,2}(?:by|via|through)"
    r"|\bactive\s+(?:metabolite|form|moiety|drug)\b[^,]{0,40}\b(?:is|are)\s+formed"
)
