"""What stands in the papers that colleagues keep with customers, and what stood in fields before."""

TITLES = "助理 专员 主管 采购专员 行政助理 项目助理".split()
ROADS = "人民路 解放路 建设路 中山路 文化路 和平路".split()
PAPERS = [
    (
        "拜访纪要.txt",
        "拜访纪要 · {name}\n\n参会：客户方采购与行政，我方客户经理\n要点：\n1. 对现有供货周期满意，希望增加小包装。\n"
        "2. 下季度预算已批，重点看耗材与保养服务。\n3. 约定两周内给出方案与报价。\n",
    ),
    (
        "报价单.csv",
        "品名,数量,单价,小计\n手冲壶套装,12,268,3216\n意式拼配豆 1kg,30,138,4140\n上门保养（年）,1,1800,1800\n合计,,,9156\n客户,{name},,\n",
    ),
    (
        "合作要点.txt",
        "合作要点 · {name}\n\n付款：月结 30 天\n发货：每月两次，工作日送达\n联系：日常由微信群对接，合同与发票走邮件\n",
    ),
    (
        "Meeting notes.txt",
        "Meeting notes · {name}\n\nHappy with delivery times. Would like a second grinder on loan before deciding.\n"
        "Send the service contract by the end of the month.\n",
    ),
]
